SELECT user_id, email, display_name, is_admin, is_active, token_epoch, created_at, updated_at, last_login_at, password_hash
FROM users
WHERE email = ?1
