DELETE FROM session_queue
WHERE item_id IN (
    SELECT item_id
    FROM session_queue
    WHERE queue_id = ?1 AND status IN ('completed', 'failed', 'canceled')
    ORDER BY coalesce(completed_at, updated_at, created_at) DESC, item_id DESC
    LIMIT -1 OFFSET ?2
)
