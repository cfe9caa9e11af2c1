-- Images that were deleted while their files were on the way.
INSERT OR REPLACE INTO pending_file_deletions (image_name, image_subfolder, reason)
SELECT m.image_name, m.new_subfolder, 'deleted'
FROM image_subfolder_move_items m
WHERE m.job_id = ?1
  AND m.state = 'moved'
  AND NOT EXISTS (SELECT 1 FROM images i WHERE i.image_name = m.image_name)
