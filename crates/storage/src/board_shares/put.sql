INSERT INTO shared_boards (board_id, user_id, can_edit, shared_at)
VALUES (:board_id, :user_id, :can_edit, :now)
ON CONFLICT (board_id, user_id) DO UPDATE SET can_edit = excluded.can_edit
