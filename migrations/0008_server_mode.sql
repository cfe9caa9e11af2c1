-- Whether the server runs for one person or for several, and since when. What is made while it runs for one is public, as
-- nobody could be kept out; once there are accounts it is for administrators alone, as far as it is from that time.
CREATE TABLE server_mode (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    multiuser BOOLEAN NOT NULL,
    since DATETIME NOT NULL
);
