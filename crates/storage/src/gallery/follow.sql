-- Temporary: they live in the writing connection, not in the file, so that the reference never meets them.

-- The leaf values of each image's metadata, with a character between them that no value holds.
CREATE TEMP VIEW gallery_texts AS
SELECT
    g.id,
    g.image_name,
    g.is_searchable,
    (
        SELECT group_concat(t.atom, char(31))
        FROM json_tree(CASE WHEN json_valid(i.metadata) THEN i.metadata END) t
        WHERE t.atom IS NOT NULL
    ) AS text
FROM main.gallery_images g
JOIN main.images i ON i.image_name = g.image_name;

CREATE TEMP TRIGGER gallery_follows_new_image AFTER INSERT ON main.images BEGIN
    INSERT INTO gallery_images (
        image_name, board_id, user_id, image_origin, image_category, is_intermediate, starred, created_at, is_searchable
    )
    VALUES (
        new.image_name, '', coalesce(new.user_id, 'system'), new.image_origin, new.image_category,
        coalesce(new.is_intermediate, FALSE), coalesce(new.starred, FALSE), new.created_at, TRUE
    );
    INSERT INTO gallery_search (rowid, text) SELECT id, text FROM gallery_texts WHERE image_name = new.image_name;
    INSERT INTO gallery_words (rowid, text) SELECT id, text FROM gallery_texts WHERE image_name = new.image_name;
    INSERT OR IGNORE INTO gallery_vocabulary (word)
    SELECT w.value FROM gallery_texts t, json_each(words(t.text)) w WHERE t.image_name = new.image_name;
END;
CREATE TEMP TRIGGER gallery_follows_image
AFTER UPDATE OF user_id, image_origin, image_category, is_intermediate, starred, created_at ON main.images BEGIN
    UPDATE gallery_images
    SET user_id = coalesce(new.user_id, 'system'),
        image_origin = new.image_origin,
        image_category = new.image_category,
        is_intermediate = coalesce(new.is_intermediate, FALSE),
        starred = coalesce(new.starred, FALSE),
        created_at = new.created_at
    WHERE image_name = new.image_name;
END;
CREATE TEMP TRIGGER gallery_forgets_image AFTER DELETE ON main.images BEGIN
    DELETE FROM gallery_images WHERE image_name = old.image_name;
END;
CREATE TEMP TRIGGER gallery_forgets_text AFTER DELETE ON main.gallery_images BEGIN
    DELETE FROM gallery_search WHERE rowid = old.id;
    DELETE FROM gallery_words WHERE rowid = old.id;
END;
CREATE TEMP TRIGGER gallery_follows_onto_board AFTER INSERT ON main.board_images BEGIN
    UPDATE gallery_images SET board_id = new.board_id WHERE image_name = new.image_name;
END;
CREATE TEMP TRIGGER gallery_follows_to_board AFTER UPDATE OF board_id ON main.board_images BEGIN
    UPDATE gallery_images SET board_id = new.board_id WHERE image_name = new.image_name;
END;
CREATE TEMP TRIGGER gallery_follows_off_board AFTER DELETE ON main.board_images BEGIN
    UPDATE gallery_images SET board_id = '' WHERE image_name = old.image_name AND board_id = old.board_id;
END;
