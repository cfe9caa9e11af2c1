SELECT
    workflow_id, user_id, is_public, category, name, description, coalesce(tags, '') AS tags, created_at, updated_at,
    opened_at,
    (
        SELECT count(*)
        FROM json_each(workflow, '$.nodes') n
        WHERE CASE
            WHEN n.type = 'object' THEN
                json_extract(n.value, '$.type') = 'invocation'
                AND json_extract(n.value, '$.data.type') = 'workflow_return'
        END
    ) AS "returns"
