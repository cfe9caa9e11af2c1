DELETE FROM password_history
WHERE user_id = :user_id
    AND rowid NOT IN (
        SELECT rowid FROM password_history WHERE user_id = :user_id ORDER BY rowid DESC LIMIT :keep
    )
