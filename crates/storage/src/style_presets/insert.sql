INSERT INTO style_presets (id, name, preset_data, type, user_id, is_public, created_at, updated_at)
VALUES (:id, :name, :preset_data, :type, :user_id, :is_public, :now, :now)
