SELECT
    substr(g.created_at, 1, 10) AS date,
    sum(g.image_category = 'general') AS images,
    sum(g.image_category <> 'general') AS assets,
    -- SQLite takes the other columns of the row that holds the maximum.
    max(g.created_at) AS newest,
    g.image_name AS cover
FROM gallery_images g
WHERE NOT g.is_intermediate
  AND (?1 IS NULL OR g.user_id = ?1)
GROUP BY substr(g.created_at, 1, 10)
ORDER BY 1 DESC
