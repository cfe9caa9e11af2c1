SELECT
    sq.item_id, sq.queue_id, sq.batch_id, sq.session_id, sq.user_id, sq.status, sq.status_sequence, sq.priority, sq.origin,
    sq.destination, sq.error_type, sq.error_message, sq.error_traceback, sq.device, sq.field_values, sq.session, sq.workflow,
    sq.retried_from_item_id, sq.workflow_call_id, sq.parent_item_id, sq.parent_session_id, sq.root_item_id,
    sq.workflow_call_depth, sq.created_at, sq.updated_at, sq.started_at, sq.completed_at,
    u.display_name AS user_display_name, u.email AS user_email
FROM session_queue sq
LEFT JOIN users u ON u.user_id = sq.user_id
WHERE sq.item_id = ?1
