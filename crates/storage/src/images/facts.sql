SELECT i.user_id, o.board_id, o.user_id AS board_owner, o.board_visibility
FROM images i
LEFT JOIN board_images b ON b.image_name = i.image_name
LEFT JOIN boards o ON o.board_id = b.board_id
WHERE i.image_name = ?1
