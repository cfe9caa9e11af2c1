-- What comes with every installation belongs to nobody in particular and is not counted.
SELECT
    (SELECT count(*) FROM boards WHERE user_id = :user_id) AS boards,
    (SELECT count(*) FROM images WHERE user_id = :user_id) AS images,
    (SELECT count(*) FROM videos WHERE user_id = :user_id) AS videos,
    (SELECT count(*) FROM workflow_library
        WHERE user_id = :user_id AND (:user_id <> 'system' OR category <> 'default')) AS workflows,
    (SELECT count(*) FROM style_presets
        WHERE user_id = :user_id AND (:user_id <> 'system' OR type <> 'default')) AS style_presets,
    (SELECT count(*) FROM system_prompts
        WHERE user_id = :user_id AND (:user_id <> 'system' OR id NOT LIKE '0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f000_')) AS system_prompts,
    (SELECT count(*) FROM session_queue WHERE user_id = :user_id AND status <> 'in_progress') AS queue_items
