-- By the index on the state: in the row it lies behind the session's text, which need not be read.
SELECT status, count(*)
FROM session_queue INDEXED BY idx_session_queue_created_status
WHERE queue_id = ?1
GROUP BY status
