INSERT INTO boards (board_id, board_name, user_id, board_visibility, created_at, updated_at)
VALUES (:board_id, :board_name, :user_id, :board_visibility, :now, :now)
