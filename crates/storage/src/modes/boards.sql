UPDATE boards SET board_visibility = 'private', is_public = FALSE
WHERE coalesce(user_id, 'system') = 'system' AND board_visibility <> 'private' AND created_at >= :since
