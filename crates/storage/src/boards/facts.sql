SELECT
    b.board_id, b.user_id, b.board_visibility,
    (
        SELECT json_group_array(json_array(s.user_id, coalesce(l.level, iif(s.can_edit, 'write', 'read'))))
        FROM shared_boards s
        LEFT JOIN board_share_levels l ON l.board_id = s.board_id AND l.user_id = s.user_id
        WHERE s.board_id = b.board_id
    ) AS shares
FROM boards b
WHERE b.board_id = ?1
