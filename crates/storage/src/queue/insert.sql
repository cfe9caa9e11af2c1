INSERT INTO session_queue (
    queue_id, batch_id, session_id, session, field_values, priority, workflow, origin, destination, retried_from_item_id,
    user_id, workflow_call_id, parent_item_id, parent_session_id, root_item_id, workflow_call_depth, created_at, updated_at
)
VALUES (
    :queue_id, :batch_id, :session_id, :session, :field_values, :priority, :workflow, :origin, :destination,
    :retried_from_item_id, :user_id, :workflow_call_id, :parent_item_id, :parent_session_id, :root_item_id,
    :workflow_call_depth, :now, :now
)
