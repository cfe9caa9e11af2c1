UPDATE style_presets
SET name = :name, preset_data = :preset_data, is_public = :is_public
WHERE id = :id
