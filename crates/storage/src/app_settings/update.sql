INSERT INTO app_settings (key, value, created_at, updated_at)
VALUES (?1, ?2, ?3, ?3)
ON CONFLICT (key) DO UPDATE SET value = excluded.value
