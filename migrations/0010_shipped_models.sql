-- Models that came with the program and were installed once. A row stays when its model is deleted, so that the model does not
-- come back by itself; hence no foreign key.
CREATE TABLE shipped_models (
    name TEXT NOT NULL PRIMARY KEY,
    installed_at DATETIME NOT NULL
);
