ORDER BY i.starred DESC, i.created_at DESC, i.rowid DESC
