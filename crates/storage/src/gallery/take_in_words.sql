INSERT INTO gallery_words (rowid, text) SELECT id, text FROM gallery_texts WHERE NOT is_searchable ORDER BY id LIMIT ?1
