-- Between two items of one call nothing runs, and yet the call is under way.
SELECT called.item_id
FROM session_queue caller INDEXED BY idx_session_queue_created_status
JOIN session_queue called INDEXED BY idx_session_queue_parent_item_id ON called.parent_item_id = caller.item_id
WHERE caller.status = 'waiting' AND called.status = 'pending' AND called.queue_id = ?1
ORDER BY called.priority DESC, called.item_id
LIMIT 1
