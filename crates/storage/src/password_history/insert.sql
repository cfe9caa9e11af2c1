INSERT INTO password_history (user_id, password_hash, set_at)
VALUES (:user_id, :password_hash, :now)
