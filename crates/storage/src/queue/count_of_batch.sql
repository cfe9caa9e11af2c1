SELECT status, sum(items)
FROM queue_batch_counts
WHERE batch_id = ?2 AND queue_id = ?1 AND (?3 IS NULL OR user_id = ?3)
GROUP BY status
