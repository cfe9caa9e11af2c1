UPDATE session_queue
SET status = 'pending', status_sequence = coalesce(status_sequence, 0) + 1, started_at = NULL, device = NULL
WHERE item_id = ?1 AND status = 'in_progress'
