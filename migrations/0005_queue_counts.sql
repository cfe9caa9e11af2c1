-- Each change of an item's state tells how many items of its queue, its batch and its owner are in each state. With a long
-- history, counting the rows each time takes longer than everything else together. So the counts are kept: by temporary
-- triggers of the connection that writes, since the reference's tables get none in the file, and compared with the
-- rows when the file is opened, since the reference does not keep them.
CREATE TABLE queue_counts (
    queue_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (queue_id, user_id, status)
) WITHOUT ROWID;

CREATE TABLE queue_batch_counts (
    batch_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    status TEXT NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (batch_id, queue_id, user_id, status)
) WITHOUT ROWID;

-- The highest item that is counted.
CREATE TABLE queue_counted (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    last_item_id INTEGER NOT NULL
);
INSERT INTO queue_counted (one, last_item_id) VALUES (1, -1);
