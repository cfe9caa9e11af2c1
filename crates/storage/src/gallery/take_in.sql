INSERT INTO gallery_images (
    image_name, board_id, user_id, image_origin, image_category, is_intermediate, starred, created_at
)
SELECT
    i.image_name, coalesce(b.board_id, ''), coalesce(i.user_id, 'system'), i.image_origin, i.image_category,
    coalesce(i.is_intermediate, FALSE), coalesce(i.starred, FALSE), i.created_at
FROM images i
LEFT JOIN board_images b ON b.image_name = i.image_name
LEFT JOIN gallery_images g ON g.image_name = i.image_name
WHERE g.id IS NULL
   OR g.board_id <> coalesce(b.board_id, '')
   OR g.user_id <> coalesce(i.user_id, 'system')
   OR g.image_origin <> i.image_origin
   OR g.image_category <> i.image_category
   OR g.is_intermediate <> coalesce(i.is_intermediate, FALSE)
   OR g.starred <> coalesce(i.starred, FALSE)
   OR g.created_at <> i.created_at
ORDER BY i.created_at, i.rowid
ON CONFLICT (image_name) DO UPDATE
SET board_id = excluded.board_id,
    user_id = excluded.user_id,
    image_origin = excluded.image_origin,
    image_category = excluded.image_category,
    is_intermediate = excluded.is_intermediate,
    starred = excluded.starred,
    created_at = excluded.created_at
