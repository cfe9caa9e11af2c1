DELETE FROM queue_restarts
WHERE item_id NOT IN (SELECT item_id FROM session_queue WHERE status IN ('pending', 'in_progress', 'waiting'))
