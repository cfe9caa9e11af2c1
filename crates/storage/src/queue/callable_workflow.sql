SELECT
    workflow,
    :owner IS NULL OR user_id = :owner OR is_public OR category = 'default'
FROM workflow_library
WHERE workflow_id = :id
