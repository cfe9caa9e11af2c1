SELECT item_id
FROM session_queue INDEXED BY idx_session_queue_created_status
WHERE status IN ('in_progress', 'waiting')
ORDER BY item_id
