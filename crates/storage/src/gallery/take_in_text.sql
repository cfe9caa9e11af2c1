INSERT INTO gallery_search (rowid, text)
SELECT g.id, (
    SELECT group_concat(t.atom, char(31))
    FROM json_tree(CASE WHEN json_valid(i.metadata) THEN i.metadata END) t
    WHERE t.atom IS NOT NULL
)
FROM gallery_images g
JOIN images i ON i.image_name = g.image_name
WHERE NOT g.is_searchable
ORDER BY g.id
LIMIT ?1
