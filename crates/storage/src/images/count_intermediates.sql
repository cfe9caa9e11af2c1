SELECT count(*)
FROM images
WHERE is_intermediate = TRUE
  AND (?1 IS NULL OR coalesce(user_id, 'system') = ?1)
