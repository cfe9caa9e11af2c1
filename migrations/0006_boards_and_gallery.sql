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

-- How many images and assets lie on each board, intermediate ones left out.
CREATE TABLE gallery_counts (
    board_id TEXT NOT NULL PRIMARY KEY,
    images INTEGER NOT NULL,
    assets INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER gallery_images_counted AFTER INSERT ON gallery_images
WHEN new.board_id <> '' AND NOT new.is_intermediate BEGIN
    INSERT INTO gallery_counts (board_id, images, assets)
    VALUES (new.board_id, new.image_category = 'general', new.image_category <> 'general')
    ON CONFLICT (board_id) DO UPDATE SET images = images + excluded.images, assets = assets + excluded.assets;
END;
CREATE TRIGGER gallery_images_discounted AFTER DELETE ON gallery_images
WHEN old.board_id <> '' AND NOT old.is_intermediate BEGIN
    UPDATE gallery_counts
    SET images = images - (old.image_category = 'general'), assets = assets - (old.image_category <> 'general')
    WHERE board_id = old.board_id;
END;
CREATE TRIGGER gallery_images_recounted AFTER UPDATE OF board_id, image_category, is_intermediate ON gallery_images BEGIN
    UPDATE gallery_counts
    SET images = images - (old.image_category = 'general'), assets = assets - (old.image_category <> 'general')
    WHERE board_id = old.board_id AND NOT old.is_intermediate;
    INSERT INTO gallery_counts (board_id, images, assets)
    SELECT new.board_id, new.image_category = 'general', new.image_category <> 'general'
    WHERE new.board_id <> '' AND NOT new.is_intermediate
    ON CONFLICT (board_id) DO UPDATE SET images = images + excluded.images, assets = assets + excluded.assets;
END;

-- The leaf values of the metadata, to be searched for any three or more letters. The text itself is not kept twice.
CREATE VIRTUAL TABLE gallery_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
