SELECT
    s.user_id, u.display_name, u.email, s.shared_at, l.shared_by,
    coalesce(l.level, iif(s.can_edit, 'write', 'read')) AS level
FROM shared_boards s
JOIN users u ON u.user_id = s.user_id
LEFT JOIN board_share_levels l ON l.board_id = s.board_id AND l.user_id = s.user_id
WHERE s.board_id = ?1
ORDER BY lower(coalesce(nullif(u.display_name, ''), u.email)), s.user_id
