-- What the reference has no place for: boards shared with single people, and an index that keeps listings, counts and
-- search quick with a million images. The index repeats what `images` and `board_images` say. Our writing connection
-- keeps it in step (storage/src/gallery), and what other programs changed meanwhile is put right when the file is opened.

-- What a person may do on a board that is shared with them. `shared_boards` says with whom; it has no place for levels.
CREATE TABLE board_share_levels (
    board_id TEXT NOT NULL REFERENCES boards (board_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    level TEXT NOT NULL CHECK (level IN ('read', 'write', 'admin')),
    shared_by TEXT NOT NULL,
    PRIMARY KEY (board_id, user_id)
);
CREATE INDEX board_share_levels_user ON board_share_levels (user_id);

-- Who was given what, when, and by whom. Outlives boards and people, so nothing refers to them.
CREATE TABLE board_share_history (
    id INTEGER PRIMARY KEY,
    board_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- NULL: the board was no longer shared with them.
    level TEXT CHECK (level IN ('read', 'write', 'admin')),
    changed_by TEXT NOT NULL,
    changed_at DATETIME NOT NULL
);
CREATE INDEX board_share_history_board ON board_share_history (board_id, id);

CREATE TABLE board_descriptions (
    board_id TEXT NOT NULL PRIMARY KEY REFERENCES boards (board_id) ON DELETE CASCADE,
    description TEXT NOT NULL
);

-- One row per image, without its metadata. `board_id` is empty for an image on no board.
CREATE TABLE gallery_images (
    id INTEGER PRIMARY KEY,
    image_name TEXT NOT NULL UNIQUE,
    board_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    image_origin TEXT NOT NULL,
    image_category TEXT NOT NULL,
    is_intermediate BOOLEAN NOT NULL,
    starred BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    -- Whether `gallery_search` has its text yet.
    is_searchable BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX gallery_images_by_board
ON gallery_images (board_id, starred, created_at, id, image_category, is_intermediate, image_origin, image_name);
CREATE INDEX gallery_images_by_user
ON gallery_images (user_id, starred, created_at, id, board_id, image_category, is_intermediate, image_origin, image_name);
CREATE INDEX gallery_images_by_time ON gallery_images (starred, created_at, id);
CREATE INDEX gallery_images_without_text ON gallery_images (id) WHERE NOT is_searchable;

-- How many images there are of each kind: on each board, and on each day (UTC) without intermediate ones.
CREATE TABLE gallery_counts (
    board_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    image_origin TEXT NOT NULL,
    image_category TEXT NOT NULL,
    is_intermediate BOOLEAN NOT NULL,
    images INTEGER NOT NULL,
    PRIMARY KEY (board_id, user_id, image_origin, image_category, is_intermediate)
) WITHOUT ROWID;
CREATE TABLE gallery_days (
    date TEXT NOT NULL,
    user_id TEXT NOT NULL,
    image_category TEXT NOT NULL,
    images INTEGER NOT NULL,
    PRIMARY KEY (date, user_id, image_category)
) WITHOUT ROWID;

CREATE TRIGGER gallery_images_counted AFTER INSERT ON gallery_images BEGIN
    INSERT INTO gallery_counts (board_id, user_id, image_origin, image_category, is_intermediate, images)
    VALUES (new.board_id, new.user_id, new.image_origin, new.image_category, new.is_intermediate, 1)
    ON CONFLICT DO UPDATE SET images = images + 1;
    INSERT INTO gallery_days (date, user_id, image_category, images)
    SELECT substr(new.created_at, 1, 10), new.user_id, new.image_category, 1 WHERE NOT new.is_intermediate
    ON CONFLICT DO UPDATE SET images = images + 1;
END;
CREATE TRIGGER gallery_images_discounted AFTER DELETE ON gallery_images BEGIN
    UPDATE gallery_counts SET images = images - 1
    WHERE board_id = old.board_id AND user_id = old.user_id AND image_origin = old.image_origin
        AND image_category = old.image_category AND is_intermediate = old.is_intermediate;
    UPDATE gallery_days SET images = images - 1
    WHERE date = substr(old.created_at, 1, 10) AND user_id = old.user_id AND image_category = old.image_category
        AND NOT old.is_intermediate;
END;
CREATE TRIGGER gallery_images_recounted
AFTER UPDATE OF board_id, user_id, image_origin, image_category, is_intermediate, created_at ON gallery_images BEGIN
    UPDATE gallery_counts SET images = images - 1
    WHERE board_id = old.board_id AND user_id = old.user_id AND image_origin = old.image_origin
        AND image_category = old.image_category AND is_intermediate = old.is_intermediate;
    UPDATE gallery_days SET images = images - 1
    WHERE date = substr(old.created_at, 1, 10) AND user_id = old.user_id AND image_category = old.image_category
        AND NOT old.is_intermediate;
    INSERT INTO gallery_counts (board_id, user_id, image_origin, image_category, is_intermediate, images)
    VALUES (new.board_id, new.user_id, new.image_origin, new.image_category, new.is_intermediate, 1)
    ON CONFLICT DO UPDATE SET images = images + 1;
    INSERT INTO gallery_days (date, user_id, image_category, images)
    SELECT substr(new.created_at, 1, 10), new.user_id, new.image_category, 1 WHERE NOT new.is_intermediate
    ON CONFLICT DO UPDATE SET images = images + 1;
END;
-- Nothing is left of what is no longer there.
CREATE TRIGGER gallery_counts_end AFTER UPDATE ON gallery_counts WHEN new.images = 0 BEGIN
    DELETE FROM gallery_counts
    WHERE board_id = new.board_id AND user_id = new.user_id AND image_origin = new.image_origin
        AND image_category = new.image_category AND is_intermediate = new.is_intermediate;
END;
CREATE TRIGGER gallery_days_end AFTER UPDATE ON gallery_days WHEN new.images = 0 BEGIN
    DELETE FROM gallery_days
    WHERE date = new.date AND user_id = new.user_id AND image_category = new.image_category;
END;

-- The leaf values of the metadata, to be searched for any three or more letters. The text itself is not kept twice.
CREATE VIRTUAL TABLE gallery_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
