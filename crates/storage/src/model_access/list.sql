SELECT u.user_id, u.display_name, u.email
FROM restricted_model_users r
JOIN users u ON u.user_id = r.user_id
WHERE r.model_id = ?1
ORDER BY lower(coalesce(nullif(u.display_name, ''), u.email)), u.user_id
