-- One step per user with pending items, from index entry to index entry, however long the queue and its history are.
-- An item that goes on after a call waits for the device that has what it made so far.
-- The last step finds no further user; its NULL stands for the items without owner.
WITH RECURSIVE
    turn (user_id) AS (
        SELECT min(user_id) FROM session_queue INDEXED BY idx_session_queue_round_robin_pending WHERE status = 'pending'
        UNION ALL
        SELECT (
            SELECT min(later.user_id)
            FROM session_queue later INDEXED BY idx_session_queue_round_robin_pending
            WHERE later.status = 'pending' AND later.user_id > turn.user_id
        )
        FROM turn
        WHERE turn.user_id IS NOT NULL
    ),
    candidate (user_id, item_id) AS (
        SELECT turn.user_id, (
            SELECT own.item_id
            FROM session_queue own INDEXED BY idx_session_queue_round_robin_pending
            WHERE own.status = 'pending' AND own.user_id IS turn.user_id
                AND (own.device IS NULL OR own.device = :device)
            ORDER BY own.priority DESC, own.item_id
            LIMIT 1
        )
        FROM turn
    )
SELECT candidate.item_id
FROM candidate
WHERE candidate.item_id IS NOT NULL
ORDER BY
    coalesce(
        (
            SELECT max(served.started_at)
            FROM session_queue served INDEXED BY idx_session_queue_user_started_at
            WHERE served.user_id IS candidate.user_id
        ),
        ''
    ),
    candidate.item_id
LIMIT 1
