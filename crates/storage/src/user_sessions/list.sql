SELECT s.session_id, s.created_at, s.last_activity_at, s.expires_at, o.address, o.user_agent
FROM user_sessions s
LEFT JOIN sign_in_origins o ON o.session_id = s.session_id
WHERE s.user_id = :user_id AND s.expires_at >= :now
ORDER BY s.last_activity_at DESC, s.session_id
