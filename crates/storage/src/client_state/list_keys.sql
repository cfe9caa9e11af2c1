SELECT key
FROM client_state
WHERE user_id = ?1 AND substr(key, 1, length(?2)) = ?2
ORDER BY key
