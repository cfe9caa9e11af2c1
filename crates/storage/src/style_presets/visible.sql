WHERE json_valid(preset_data)
  AND (?1 IS NULL OR user_id = ?1 OR is_public = TRUE OR type = 'default')
ORDER BY lower(name), id
