SELECT avg((julianday(completed_at) - julianday(started_at)) * 86400.0)
FROM (
    SELECT started_at, completed_at
    FROM session_queue INDEXED BY idx_session_queue_created_status
    WHERE status = 'completed'
    ORDER BY item_id DESC
    LIMIT 50
)
