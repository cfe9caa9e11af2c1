-- What the reference has no place for. Tables of our own only: never a column or a trigger on one of the reference's.

-- Settings changed while the server runs. The file of the user is never rewritten; this table overrides it.
CREATE TABLE runtime_settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at DATETIME NOT NULL
);

-- How often a queue item was put back because the server ended while it ran. No foreign key: the reference knows nothing
-- of this table when it rebuilds its own, and item ids are never used twice.
CREATE TABLE queue_restarts (
    item_id INTEGER NOT NULL PRIMARY KEY,
    restarts INTEGER NOT NULL
);
