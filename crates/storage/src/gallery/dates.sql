WITH
days AS (
    SELECT
        date,
        user_id,
        sum(iif(image_category = 'general', images, 0)) AS images,
        sum(iif(image_category = 'general', 0, images)) AS assets
    FROM gallery_days
    WHERE ?1 IS NULL OR user_id = ?1
    GROUP BY date, user_id
)
SELECT
    d.date,
    sum(d.images) AS images,
    sum(d.assets) AS assets,
    -- SQLite takes the other columns of the row that holds the maximum.
    max(g.created_at) AS newest,
    g.image_name AS cover
FROM days d
JOIN gallery_images g ON g.id = (
    -- The index has starred images apart from others: the newest of either, and the newer of both.
    SELECT id
    FROM (
        SELECT *
        FROM (
            SELECT id, created_at
            FROM gallery_images
            WHERE user_id = d.user_id AND starred = FALSE AND NOT is_intermediate
                AND created_at >= d.date AND created_at < d.date || '~'
            ORDER BY created_at DESC, id DESC
            LIMIT 1
        )
        UNION ALL
        SELECT *
        FROM (
            SELECT id, created_at
            FROM gallery_images
            WHERE user_id = d.user_id AND starred = TRUE AND NOT is_intermediate
                AND created_at >= d.date AND created_at < d.date || '~'
            ORDER BY created_at DESC, id DESC
            LIMIT 1
        )
    )
    ORDER BY created_at DESC, id DESC
    LIMIT 1
)
GROUP BY d.date
ORDER BY d.date DESC
