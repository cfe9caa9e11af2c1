ORDER BY i.created_at DESC, i.rowid DESC
