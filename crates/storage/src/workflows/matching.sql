FROM workflow_library
-- Own ones, those that come with the program, and the public ones when only those are asked for.
WHERE (
        :owner IS NULL
        OR coalesce(user_id, 'system') = :owner
        OR category = 'default'
        OR (:is_public = TRUE AND is_public = TRUE)
    )
  AND (:is_public IS NULL OR is_public = :is_public)
  AND (:categories IS NULL OR category IN (SELECT value FROM json_each(:categories)))
  AND (:tags IS NULL OR EXISTS (SELECT 1 FROM json_each(:tags) t WHERE tags LIKE t.value ESCAPE '\'))
  AND (:opened IS NULL OR (opened_at IS NOT NULL) = :opened)
  AND (
        :query IS NULL
        OR name LIKE :query ESCAPE '\'
        OR description LIKE :query ESCAPE '\'
        OR tags LIKE :query ESCAPE '\'
    )
