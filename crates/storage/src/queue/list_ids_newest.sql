SELECT item_id
FROM session_queue
WHERE queue_id = ?1 AND (?2 IS NULL OR user_id = ?2)
ORDER BY created_at DESC, item_id
