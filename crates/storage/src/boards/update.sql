UPDATE boards
SET board_name = coalesce(:board_name, board_name),
    cover_image_name = coalesce(:cover_image_name, cover_image_name),
    archived = coalesce(:archived, archived),
    board_visibility = coalesce(:board_visibility, board_visibility)
WHERE board_id = :board_id
