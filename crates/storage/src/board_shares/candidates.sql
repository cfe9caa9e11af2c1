SELECT u.user_id, u.display_name, u.email
FROM users u
WHERE u.is_active
  AND u.user_id <> 'system'
  AND u.user_id <> (SELECT coalesce(b.user_id, 'system') FROM boards b WHERE b.board_id = ?1)
  AND NOT EXISTS (SELECT 1 FROM shared_boards s WHERE s.board_id = ?1 AND s.user_id = u.user_id)
ORDER BY lower(coalesce(nullif(u.display_name, ''), u.email)), u.user_id
