-- Without a time to look at, the counts that are kept say the same.
SELECT coalesce(nullif(user_id, ''), 'system'), status, sum(items)
FROM queue_counts
WHERE queue_id = :queue_id
    AND (:users IS NULL OR coalesce(nullif(user_id, ''), 'system') IN (SELECT value FROM json_each(:users)))
    AND (:statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses)))
    AND items > 0
GROUP BY 1, 2
