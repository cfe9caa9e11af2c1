UPDATE images
SET image_subfolder = m.new_subfolder
FROM image_subfolder_move_items m
WHERE m.job_id = ?1
  AND m.state = 'moved'
  AND m.image_name = images.image_name
  AND m.old_subfolder = images.image_subfolder
