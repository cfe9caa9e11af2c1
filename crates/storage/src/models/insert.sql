INSERT INTO models (id, config, created_at, updated_at)
VALUES (:key, :config, :now, :now)
