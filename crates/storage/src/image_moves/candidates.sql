SELECT image_name, image_subfolder, image_category, coalesce(is_intermediate, FALSE) AS is_intermediate, created_at
FROM images
WHERE image_name > ?1 AND deleted_at IS NULL
ORDER BY image_name
LIMIT ?2
