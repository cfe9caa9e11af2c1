INSERT INTO workflow_library (workflow_id, workflow, user_id, is_public, created_at, updated_at)
VALUES (:workflow_id, :workflow, :user_id, :is_public, :now, :now)
