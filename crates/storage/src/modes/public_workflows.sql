SELECT workflow_id FROM workflow_library
WHERE coalesce(user_id, 'system') = 'system' AND category = 'user' AND is_public AND created_at >= :since
ORDER BY workflow_id
