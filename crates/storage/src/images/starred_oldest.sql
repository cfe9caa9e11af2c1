ORDER BY i.starred DESC, i.created_at ASC, i.rowid ASC
