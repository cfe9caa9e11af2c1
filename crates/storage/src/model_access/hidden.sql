SELECT r.model_id
FROM restricted_models r
WHERE NOT EXISTS (SELECT 1 FROM restricted_model_users u WHERE u.model_id = r.model_id AND u.user_id = :user)
