INSERT INTO user_sessions (session_id, user_id, token_hash, expires_at, created_at, last_activity_at)
VALUES (:session_id, :user_id, :token_hash, :expires_at, :now, :now)
