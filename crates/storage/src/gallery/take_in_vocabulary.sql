INSERT OR IGNORE INTO gallery_vocabulary (word)
SELECT w.value
FROM (SELECT text FROM gallery_texts WHERE NOT is_searchable ORDER BY id LIMIT ?1) t, json_each(words(t.text)) w
