-- A word that very many images have is found by the words of their texts: the trigram index would go through the places of each of its
-- letters in each image. A word here is a run of letters; letters beyond ASCII are always part of one, so that words end where the
-- term of a search, which consists of ASCII letters, can end.
CREATE VIRTUAL TABLE gallery_words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = "ascii separators '0123456789'"
);

-- Every word of three bytes and more that has ever been in a text, so that a part of a word finds the whole ones.
CREATE TABLE gallery_vocabulary (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;

-- Both indices are filled again, from the same texts.
INSERT INTO gallery_search (gallery_search) VALUES ('delete-all');
UPDATE gallery_images SET is_searchable = FALSE;
