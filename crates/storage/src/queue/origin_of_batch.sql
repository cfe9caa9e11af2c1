SELECT origin, destination
FROM session_queue INDEXED BY idx_session_queue_batch_id
WHERE queue_id = ?1 AND batch_id = ?2 AND (?3 IS NULL OR user_id = ?3)
LIMIT 1
