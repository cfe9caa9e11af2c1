SELECT status, count(*)
FROM session_queue
WHERE queue_id = ?1 AND destination = ?2 AND (?3 IS NULL OR user_id = ?3)
GROUP BY status
