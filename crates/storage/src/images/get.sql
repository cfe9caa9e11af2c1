    b.board_id
FROM images i
LEFT JOIN board_images b ON b.image_name = i.image_name
WHERE i.image_name = ?1
