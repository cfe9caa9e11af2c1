INSERT INTO users (user_id, email, display_name, password_hash, is_admin, is_active, created_at, updated_at)
VALUES (:user_id, :email, :display_name, :password_hash, :is_admin, TRUE, :now, :now)
ON CONFLICT (email) DO NOTHING
