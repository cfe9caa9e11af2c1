-- Told from an index and the sequence of item ids, without reading the rows: whoever adds, removes or changes items without
-- counting them leaves a trace in one of the two.
SELECT
    (SELECT last_item_id FROM queue_counted)
        IS NOT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'session_queue'), 0)
    OR EXISTS (
        SELECT 1
        FROM (
            SELECT status, user_id, sum(items) AS items
            FROM (
                SELECT status, coalesce(user_id, '') AS user_id, count(*) AS items
                FROM session_queue INDEXED BY idx_session_queue_round_robin_pending
                GROUP BY status, user_id
                UNION ALL
                SELECT status, user_id, -items FROM queue_counts
            )
            GROUP BY status, user_id
        )
        WHERE items <> 0
    )
