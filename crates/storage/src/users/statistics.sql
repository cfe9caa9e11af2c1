WITH page AS (
    SELECT
        user_id, email, display_name, is_admin, is_active, token_epoch, created_at, updated_at, last_login_at,
        rowid AS position
    FROM users
    WHERE :with_system OR user_id <> 'system'
    ORDER BY created_at DESC, rowid DESC
    LIMIT :limit OFFSET :offset
)
SELECT
    p.*,
    (SELECT count(*) FROM users WHERE :with_system OR user_id <> 'system') AS accounts,
    (SELECT count(*) FROM boards b WHERE b.user_id = p.user_id) AS boards,
    (SELECT count(*) FROM images i WHERE i.user_id = p.user_id AND i.is_intermediate = FALSE) AS images,
    (
        SELECT coalesce(sum(s.bytes), 0)
        FROM images i JOIN image_sizes s ON s.image_name = i.image_name
        WHERE i.user_id = p.user_id
    ) AS bytes,
    coalesce(q.pending, 0) AS pending,
    coalesce(q.in_progress, 0) AS in_progress,
    coalesce(q.completed, 0) AS completed,
    coalesce(q.failed, 0) AS failed,
    coalesce(q.canceled, 0) AS canceled
FROM page p
LEFT JOIN (
    SELECT
        user_id,
        sum(status IN ('pending', 'waiting')) AS pending,
        sum(status = 'in_progress') AS in_progress,
        sum(status = 'completed') AS completed,
        sum(status = 'failed') AS failed,
        sum(status = 'canceled') AS canceled
    FROM session_queue
    WHERE user_id IN (SELECT user_id FROM page)
    GROUP BY user_id
) q ON q.user_id = p.user_id
ORDER BY p.created_at DESC, p.position DESC
