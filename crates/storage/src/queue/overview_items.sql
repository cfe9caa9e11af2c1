SELECT
    sq.item_id, sq.queue_id, sq.batch_id, sq.session_id, sq.user_id, sq.status, sq.status_sequence, sq.priority, sq.origin,
    sq.destination, sq.error_type, sq.error_message, sq.error_traceback, sq.device, sq.field_values, '' AS session,
    NULL AS workflow, sq.retried_from_item_id, sq.workflow_call_id, sq.parent_item_id, sq.parent_session_id,
    sq.root_item_id, sq.workflow_call_depth, sq.created_at, sq.updated_at, sq.started_at, sq.completed_at,
    u.display_name AS user_display_name, u.email AS user_email
FROM session_queue sq
LEFT JOIN users u ON u.user_id = sq.user_id
WHERE sq.queue_id = :queue_id
    AND (:users IS NULL OR coalesce(sq.user_id, 'system') IN (SELECT value FROM json_each(:users)))
    AND (:statuses IS NULL OR sq.status IN (SELECT value FROM json_each(:statuses)))
    AND (:since = '' OR sq.created_at >= :since)
    AND (:until = '9' OR sq.created_at < :until)
ORDER BY sq.item_id DESC
LIMIT :limit OFFSET :offset
