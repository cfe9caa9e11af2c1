INSERT INTO board_images (board_id, image_name, created_at, updated_at)
VALUES (:board_id, :image_name, :now, :now)
ON CONFLICT (image_name) DO UPDATE SET board_id = excluded.board_id
