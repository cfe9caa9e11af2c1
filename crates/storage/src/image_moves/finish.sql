UPDATE image_subfolder_move_jobs
SET error_message = (
        SELECT group_concat(m.error_message, char(10))
        FROM image_subfolder_move_items m
        WHERE m.job_id = :job_id AND m.state = 'error'
    ),
    state = iif(
        EXISTS (SELECT 1 FROM image_subfolder_move_items m WHERE m.job_id = :job_id AND m.state = 'error'),
        'error',
        'committed'
    )
WHERE id = :job_id
