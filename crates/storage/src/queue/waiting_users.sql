-- Who waits: how many items, the places of the first and the last of them among all that wait, and the last start.
SELECT
    coalesce(waiting.user_id, 'system'),
    count(*),
    min(waiting.place),
    max(waiting.place),
    min(waiting.item_id),
    (
        SELECT max(served.started_at)
        FROM session_queue served INDEXED BY idx_session_queue_user_started_at
        WHERE served.user_id IS waiting.user_id
    )
FROM (
    SELECT user_id, item_id, row_number() OVER (ORDER BY priority DESC, item_id) AS place
    FROM session_queue INDEXED BY idx_session_queue_round_robin_pending
    WHERE status = 'pending'
) waiting
GROUP BY waiting.user_id
