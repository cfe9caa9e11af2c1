-- What accounts need beside the reference's tables. Rows go with what they describe, also when the reference removes that.

-- Passwords an account had, as hashes, the one in use among them; older ones only as far as `password_history` asks.
CREATE TABLE password_history (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    set_at DATETIME NOT NULL
);
CREATE INDEX idx_password_history_user_id ON password_history (user_id);

-- Where a sign-in came from, so that people recognise theirs.
CREATE TABLE sign_in_origins (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES user_sessions (session_id) ON DELETE CASCADE,
    address TEXT,
    user_agent TEXT
);

-- Bytes of an image and its thumbnail on disk.
CREATE TABLE image_sizes (
    image_name TEXT NOT NULL PRIMARY KEY REFERENCES images (image_name) ON DELETE CASCADE,
    bytes INTEGER NOT NULL
);

-- Files beside those of images whose rows went with their owner.
CREATE TABLE pending_owned_file_deletions (
    kind TEXT NOT NULL CHECK (kind IN ('video', 'workflow_thumbnail', 'style_preset_image')),
    name TEXT NOT NULL,
    subfolder TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, name)
);
