SELECT
    id, user_id, name, type, is_public,
    coalesce(json_extract(preset_data, '$.positive_prompt'), '') AS positive_prompt,
    coalesce(json_extract(preset_data, '$.negative_prompt'), '') AS negative_prompt
FROM style_presets
