INSERT INTO board_share_history (board_id, user_id, level, changed_by, changed_at)
VALUES (:board_id, :user_id, :level, :changed_by, :now)
