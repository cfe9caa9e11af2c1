, workflow
FROM workflow_library
WHERE workflow_id = ?1
