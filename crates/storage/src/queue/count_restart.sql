INSERT INTO queue_restarts (item_id, restarts) VALUES (?1, 1)
ON CONFLICT (item_id) DO UPDATE SET restarts = restarts + 1
RETURNING restarts
