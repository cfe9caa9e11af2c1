SELECT id, config
FROM models
WHERE (:name IS NULL OR name = :name)
  AND (:base IS NULL OR base = :base)
  AND (:kind IS NULL OR type = :kind)
  AND (:format IS NULL OR format = :format)
  AND (:hash IS NULL OR hash = :hash)
  AND (
      :user IS NULL
      OR NOT EXISTS (SELECT 1 FROM restricted_models r WHERE r.model_id = models.id)
      OR EXISTS (SELECT 1 FROM restricted_model_users u WHERE u.model_id = models.id AND u.user_id = :user)
  )
