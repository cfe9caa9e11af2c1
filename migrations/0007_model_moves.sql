-- Model files that an upgrade of an older database has still to move: written in the transaction that gives the models their
-- new paths, emptied as the files are renamed afterwards. Whatever the program was doing when it ended, the next start goes
-- on from here. No foreign key: a move is finished or undone even if the model was removed meanwhile.
CREATE TABLE model_moves (
    model_key TEXT NOT NULL PRIMARY KEY,
    -- Both relative to the models folder.
    old_path TEXT NOT NULL,
    new_path TEXT NOT NULL
);
