INSERT INTO workflow_library (workflow_id, workflow, user_id, is_public, created_at, updated_at)
VALUES (:workflow_id, :workflow, 'system', FALSE, :now, :now)
ON CONFLICT (workflow_id) DO UPDATE SET workflow = excluded.workflow
