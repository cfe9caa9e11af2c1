SELECT status, count(*)
FROM session_queue INDEXED BY idx_session_queue_round_robin_pending
WHERE status IN ('pending', 'in_progress', 'waiting', 'completed', 'failed', 'canceled') AND user_id = ?2 AND queue_id = ?1
GROUP BY status
