SELECT max(priority)
FROM session_queue
WHERE queue_id = ?1 AND status = 'pending'
