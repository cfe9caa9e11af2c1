INSERT INTO session_queue (
    queue_id, batch_id, session_id, session, field_values, priority, workflow, origin, destination, retried_from_item_id,
    user_id, created_at, updated_at
)
VALUES (
    :queue_id, :batch_id, :session_id, :session, :field_values, :priority, :workflow, :origin, :destination,
    :retried_from_item_id, :user_id, :now, :now
)
