SELECT count(*)
FROM gallery_images
WHERE is_intermediate
  AND (?1 IS NULL OR user_id = ?1)
