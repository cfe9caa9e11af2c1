DELETE FROM queue_counts;
DELETE FROM queue_batch_counts;
INSERT INTO queue_batch_counts (batch_id, queue_id, user_id, status, items)
SELECT batch_id, queue_id, coalesce(user_id, ''), status, count(*)
FROM session_queue
GROUP BY batch_id, queue_id, coalesce(user_id, ''), status;
INSERT INTO queue_counts (queue_id, user_id, status, items)
SELECT queue_id, user_id, status, sum(items) FROM queue_batch_counts GROUP BY queue_id, user_id, status;
UPDATE queue_counted
SET last_item_id = coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'session_queue'), 0);
