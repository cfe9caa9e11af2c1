UPDATE style_presets SET is_public = FALSE
WHERE coalesce(user_id, 'system') = 'system' AND type = 'user' AND is_public AND created_at >= :since
