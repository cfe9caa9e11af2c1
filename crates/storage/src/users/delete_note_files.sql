INSERT INTO pending_file_deletions (image_name, image_subfolder, reason)
SELECT image_name, image_subfolder, 'deleted'
FROM images
WHERE user_id = :user_id
ON CONFLICT (image_name) DO UPDATE SET reason = 'deleted'
