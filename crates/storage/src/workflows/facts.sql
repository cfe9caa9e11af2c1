SELECT user_id, is_public, category
FROM workflow_library
WHERE workflow_id = ?1
