-- What a call has made that has not ended, and what that has called in turn.
WITH RECURSIVE called (item_id) AS (
    SELECT item_id FROM session_queue INDEXED BY idx_session_queue_workflow_call_id WHERE workflow_call_id = ?1
    UNION
    SELECT deeper.item_id
    FROM called
    JOIN session_queue deeper INDEXED BY idx_session_queue_parent_item_id ON deeper.parent_item_id = called.item_id
)
SELECT sq.item_id
FROM called
JOIN session_queue sq ON sq.item_id = called.item_id
WHERE sq.status IN ('pending', 'in_progress', 'waiting')
ORDER BY sq.item_id
