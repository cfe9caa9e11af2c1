INSERT INTO pending_owned_file_deletions (kind, name, subfolder)
SELECT 'video', video_name, video_subfolder FROM videos WHERE user_id = :user_id
UNION ALL
SELECT 'workflow_thumbnail', workflow_id, '' FROM workflow_library WHERE user_id = :user_id
UNION ALL
SELECT 'style_preset_image', id, '' FROM style_presets WHERE user_id = :user_id
ON CONFLICT (kind, name) DO NOTHING
