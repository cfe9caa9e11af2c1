SELECT user_id, item_id
FROM session_queue
WHERE queue_id = :queue_id
    AND status IN (SELECT value FROM json_each(:statuses))
    AND (:owner IS NULL OR user_id = :owner)
    AND (:batch_ids IS NULL OR batch_id IN (SELECT value FROM json_each(:batch_ids)))
    AND (:destination IS NULL OR destination = :destination)
    AND item_id NOT IN (SELECT value FROM json_each(:except))
