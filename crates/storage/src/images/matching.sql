FROM images i
LEFT JOIN board_images b ON b.image_name = i.image_name
WHERE (:owner IS NULL OR coalesce(i.user_id, 'system') = :owner)
  AND (:board IS NULL OR b.board_id = :board)
  AND (NOT :uncategorized OR b.board_id IS NULL)
  AND (:origin IS NULL OR i.image_origin = :origin)
  AND (:categories IS NULL OR i.image_category IN (SELECT value FROM json_each(:categories)))
  AND (:is_intermediate IS NULL OR i.is_intermediate = :is_intermediate)
  AND (:search IS NULL OR i.metadata LIKE :search OR i.created_at LIKE :search)
