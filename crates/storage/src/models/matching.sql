SELECT id, config
FROM models
WHERE (:name IS NULL OR name = :name)
  AND (:base IS NULL OR base = :base)
  AND (:kind IS NULL OR type = :kind)
  AND (:format IS NULL OR format = :format)
  AND (:hash IS NULL OR hash = :hash)
