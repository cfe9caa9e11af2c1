SELECT
    u.user_id, u.email, u.display_name, u.is_admin, u.is_active, u.token_epoch, u.created_at, u.updated_at, u.last_login_at,
    s.expires_at
FROM users u
LEFT JOIN user_sessions s ON s.session_id = ?2 AND s.user_id = u.user_id
WHERE u.user_id = ?1
