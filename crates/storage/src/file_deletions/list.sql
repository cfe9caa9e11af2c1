SELECT image_name, image_subfolder
FROM pending_file_deletions p
WHERE reason = ?1
  AND NOT EXISTS (SELECT 1 FROM images i WHERE i.image_name = p.image_name)
ORDER BY image_name
