DELETE FROM style_presets
WHERE type = 'default'
  AND user_id = 'system'
  AND id NOT IN (SELECT value FROM json_each(?1))
