WHERE json_valid(preset_data)
  AND type = 'user'
ORDER BY lower(name), id
