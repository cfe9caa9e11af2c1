INSERT INTO board_descriptions (board_id, description)
VALUES (?1, ?2)
ON CONFLICT (board_id) DO UPDATE SET description = excluded.description
