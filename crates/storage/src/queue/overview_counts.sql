SELECT coalesce(sq.user_id, 'system') AS user_id, sq.status, count(*)
FROM session_queue sq
WHERE sq.queue_id = :queue_id
    AND (:users IS NULL OR coalesce(sq.user_id, 'system') IN (SELECT value FROM json_each(:users)))
    AND (:statuses IS NULL OR sq.status IN (SELECT value FROM json_each(:statuses)))
    AND sq.created_at >= :since
    AND sq.created_at < :until
GROUP BY 1, 2
