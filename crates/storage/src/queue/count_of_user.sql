SELECT status, items FROM queue_counts WHERE queue_id = ?1 AND user_id = ?2
