 AND (
    g.created_at LIKE :like ESCAPE '\'
    OR EXISTS (
        SELECT 1
        FROM images s, json_tree(CASE WHEN json_valid(s.metadata) THEN s.metadata END) t
        WHERE s.image_name = g.image_name AND t.atom LIKE :like ESCAPE '\'
    )
)
