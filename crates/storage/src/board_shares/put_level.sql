INSERT INTO board_share_levels (board_id, user_id, level, shared_by)
VALUES (:board_id, :user_id, :level, :shared_by)
ON CONFLICT (board_id, user_id) DO UPDATE SET level = excluded.level, shared_by = excluded.shared_by
