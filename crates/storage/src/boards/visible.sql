WHERE (
    :owner IS NULL
    OR coalesce(b.user_id, 'system') = :owner
    OR b.board_visibility IN ('shared', 'public')
    OR EXISTS (SELECT 1 FROM shared_boards s WHERE s.board_id = b.board_id AND s.user_id = :owner)
)
AND (:include_archived OR NOT coalesce(b.archived, FALSE))
