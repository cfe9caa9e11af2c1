SELECT status, sum(items) FROM queue_counts WHERE queue_id = ?1 GROUP BY status
