UPDATE session_queue
SET
    status = :status,
    status_sequence = coalesce(status_sequence, 0) + 1,
    error_type = :error_type,
    error_message = :error_message,
    error_traceback = :error_traceback,
    device = coalesce(:device, device)
WHERE item_id = :item_id AND status NOT IN ('completed', 'failed', 'canceled')
