-- Rows that say something about two others, of which one is gone, say nothing any more.
DELETE FROM board_images
WHERE board_id NOT IN (SELECT board_id FROM boards) OR image_name NOT IN (SELECT image_name FROM images);
DELETE FROM board_videos
WHERE board_id NOT IN (SELECT board_id FROM boards) OR video_name NOT IN (SELECT video_name FROM videos);
DELETE FROM shared_boards
WHERE board_id NOT IN (SELECT board_id FROM boards) OR user_id NOT IN (SELECT user_id FROM users);
DELETE FROM model_relationships
WHERE model_key_1 NOT IN (SELECT id FROM models) OR model_key_2 NOT IN (SELECT id FROM models);
DELETE FROM client_state WHERE user_id NOT IN (SELECT user_id FROM users);
DELETE FROM user_sessions WHERE user_id NOT IN (SELECT user_id FROM users);
DELETE FROM user_invitations WHERE invited_by NOT IN (SELECT user_id FROM users);
DELETE FROM image_subfolder_move_items
WHERE image_name NOT IN (SELECT image_name FROM images) OR job_id NOT IN (SELECT id FROM image_subfolder_move_jobs);
UPDATE boards SET cover_image_name = NULL
WHERE cover_image_name IS NOT NULL AND cover_image_name NOT IN (SELECT image_name FROM images);

-- What belongs to nobody belongs to `system`, so that administrators find it.
UPDATE boards SET user_id = 'system' WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users);
UPDATE images SET user_id = 'system' WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users);
UPDATE workflow_library SET user_id = 'system' WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users);
UPDATE style_presets SET user_id = 'system' WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users);
UPDATE system_prompts SET user_id = 'system' WHERE user_id NOT IN (SELECT user_id FROM users);
UPDATE session_queue SET user_id = 'system' WHERE user_id IS NULL OR user_id NOT IN (SELECT user_id FROM users);

-- In doubt nobody else sees it.
UPDATE boards SET board_visibility = 'private' WHERE board_visibility NOT IN ('private', 'shared', 'public');
UPDATE boards SET is_public = FALSE WHERE is_public AND board_visibility <> 'public';
