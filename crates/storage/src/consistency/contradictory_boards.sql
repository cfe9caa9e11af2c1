SELECT board_id, board_visibility, is_public FROM boards
WHERE board_visibility NOT IN ('private', 'shared', 'public') OR (is_public AND board_visibility <> 'public')
