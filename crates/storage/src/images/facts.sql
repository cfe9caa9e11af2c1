SELECT
    i.user_id, o.board_id, o.user_id AS board_owner, o.board_visibility,
    (
        SELECT json_group_array(json_array(s.user_id, coalesce(l.level, iif(s.can_edit, 'write', 'read'))))
        FROM shared_boards s
        LEFT JOIN board_share_levels l ON l.board_id = s.board_id AND l.user_id = s.user_id
        WHERE s.board_id = o.board_id
    ) AS shares
FROM images i
LEFT JOIN board_images b ON b.image_name = i.image_name
LEFT JOIN boards o ON o.board_id = b.board_id
WHERE i.image_name = ?1
