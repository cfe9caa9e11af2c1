-- Files that belong to no row: of an image that is being stored or was deleted. Written in the transaction that makes or
-- removes the row, so that whatever the program was doing when it ended, the next start knows which files to remove.
CREATE TABLE pending_file_deletions (
    image_name TEXT NOT NULL PRIMARY KEY,
    image_subfolder TEXT NOT NULL,
    -- 'storing': the process that stores it may still be at work. 'deleted': the row is gone for good.
    reason TEXT NOT NULL CHECK (reason IN ('storing', 'deleted'))
);
