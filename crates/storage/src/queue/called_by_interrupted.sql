-- Items made by a call from an item that was interrupted, at any depth.
WITH RECURSIVE called (item_id) AS (
    SELECT child.item_id
    FROM session_queue child
    JOIN session_queue caller ON caller.item_id = child.parent_item_id
    WHERE caller.status IN ('in_progress', 'waiting')
    UNION
    SELECT child.item_id
    FROM session_queue child
    JOIN called ON called.item_id = child.parent_item_id
)
SELECT sq.item_id
FROM called
JOIN session_queue sq ON sq.item_id = called.item_id
WHERE sq.status IN ('pending', 'in_progress', 'waiting')
ORDER BY sq.item_id
