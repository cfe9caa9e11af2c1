INSERT INTO style_presets (id, name, preset_data, type, user_id, is_public, created_at, updated_at)
VALUES (:id, :name, :preset_data, 'default', 'system', FALSE, :now, :now)
ON CONFLICT (id) DO UPDATE SET name = excluded.name, preset_data = excluded.preset_data
    WHERE name != excluded.name OR preset_data != excluded.preset_data
