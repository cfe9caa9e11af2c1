UPDATE gallery_images
SET is_searchable = TRUE
WHERE id IN (SELECT id FROM gallery_images WHERE NOT is_searchable ORDER BY id LIMIT ?1)
