SELECT
    b.board_id, b.board_name, b.user_id, b.created_at, b.updated_at, b.deleted_at, b.archived, b.board_visibility,
    (
        SELECT coalesce(sum(c.images), 0)
        FROM gallery_counts c
        WHERE c.board_id = b.board_id AND c.image_category = 'general' AND NOT c.is_intermediate
    ) AS images,
    (
        SELECT coalesce(sum(c.images), 0)
        FROM gallery_counts c
        WHERE c.board_id = b.board_id AND c.image_category <> 'general' AND NOT c.is_intermediate
    ) AS assets,
    coalesce(
        b.cover_image_name,
        (
            SELECT g.image_name
            FROM gallery_images g
            WHERE g.board_id = b.board_id AND NOT g.is_intermediate
            ORDER BY g.starred DESC, g.created_at DESC, g.id DESC
            LIMIT 1
        )
    ) AS cover,
    d.description,
    coalesce(nullif(u.display_name, ''), u.email) AS owner_name,
    (SELECT count(*) FROM shared_boards s WHERE s.board_id = b.board_id) AS people,
    (
        SELECT coalesce(l.level, iif(s.can_edit, 'write', 'read'))
        FROM shared_boards s
        LEFT JOIN board_share_levels l ON l.board_id = s.board_id AND l.user_id = s.user_id
        WHERE s.board_id = b.board_id AND s.user_id = :viewer
    ) AS level
FROM boards b
LEFT JOIN board_descriptions d ON d.board_id = b.board_id
LEFT JOIN users u ON u.user_id = b.user_id
