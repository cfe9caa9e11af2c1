-- Items that wait to go on after a call: what they have done so far lay in the memory of a worker that is gone.
SELECT DISTINCT caller.item_id
FROM session_queue caller INDEXED BY idx_session_queue_created_status
JOIN session_queue called INDEXED BY idx_session_queue_parent_item_id ON called.parent_item_id = caller.item_id
WHERE caller.status = 'pending'
ORDER BY caller.item_id
