SELECT
    h.user_id, coalesce(nullif(u.display_name, ''), u.email) AS user_name,
    h.changed_by, coalesce(nullif(c.display_name, ''), c.email) AS changer_name,
    h.level, h.changed_at
FROM board_share_history h
LEFT JOIN users u ON u.user_id = h.user_id
LEFT JOIN users c ON c.user_id = h.changed_by
WHERE h.board_id = ?1
ORDER BY h.id DESC
LIMIT ?2
