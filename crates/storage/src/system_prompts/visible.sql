WHERE ?1 IS NULL OR user_id = ?1 OR is_public = TRUE
ORDER BY lower(name), id
