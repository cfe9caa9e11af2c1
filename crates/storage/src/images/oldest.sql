ORDER BY i.created_at ASC, i.rowid ASC
