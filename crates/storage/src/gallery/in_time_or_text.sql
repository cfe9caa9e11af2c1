 AND (
    g.created_at LIKE :like ESCAPE '\'
    OR g.id IN (SELECT rowid FROM gallery_search WHERE gallery_search MATCH :phrase)
)
