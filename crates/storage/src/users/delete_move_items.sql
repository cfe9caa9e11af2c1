-- Records of finished moves, which would hold on to the images.
DELETE FROM image_subfolder_move_items
WHERE image_name IN (SELECT image_name FROM images WHERE user_id = :user_id)
