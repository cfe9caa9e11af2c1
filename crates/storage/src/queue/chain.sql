-- The named items, everything that called them, and everything called from there, at any depth.
WITH RECURSIVE
    up (item_id, parent_item_id) AS (
        SELECT named.item_id, named.parent_item_id
        FROM json_each(:ids) id
        JOIN session_queue named ON named.item_id = id.value
        UNION
        SELECT caller.item_id, caller.parent_item_id
        FROM up
        JOIN session_queue caller ON caller.item_id = up.parent_item_id
    ),
    chain (item_id) AS (
        SELECT item_id FROM up
        UNION
        SELECT called.item_id
        FROM chain
        JOIN session_queue called INDEXED BY idx_session_queue_parent_item_id ON called.parent_item_id = chain.item_id
    )
SELECT item_id FROM chain ORDER BY item_id
