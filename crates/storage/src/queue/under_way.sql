SELECT item_id
FROM session_queue INDEXED BY idx_session_queue_created_status
WHERE status = 'in_progress' AND queue_id = ?1
ORDER BY item_id
