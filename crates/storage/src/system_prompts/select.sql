SELECT id, user_id, name, content, is_public, created_at, updated_at
FROM system_prompts
