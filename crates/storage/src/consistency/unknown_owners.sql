SELECT 'boards', board_id, user_id FROM boards WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users)
UNION ALL
SELECT 'images', image_name, user_id FROM images WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users)
UNION ALL
SELECT 'workflow_library', workflow_id, user_id FROM workflow_library
WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users)
UNION ALL
SELECT 'style_presets', id, user_id FROM style_presets WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users)
UNION ALL
SELECT 'system_prompts', id, user_id FROM system_prompts WHERE user_id NOT IN (SELECT user_id FROM users)
UNION ALL
SELECT 'session_queue', item_id, user_id FROM session_queue
WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users)
