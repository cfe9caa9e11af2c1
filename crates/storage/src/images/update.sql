UPDATE images
SET image_category = coalesce(:image_category, image_category),
    is_intermediate = coalesce(:is_intermediate, is_intermediate),
    session_id = coalesce(:session_id, session_id),
    starred = coalesce(:starred, starred)
WHERE image_name = :image_name
