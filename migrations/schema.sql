CREATE TABLE invokeai_rs_migrations (
    name TEXT NOT NULL PRIMARY KEY,
    applied_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
);

CREATE TABLE migrations (
    version INTEGER PRIMARY KEY,
    migrated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
);

CREATE TABLE applied_migrations (
    migration_id TEXT PRIMARY KEY,
    legacy_version INTEGER UNIQUE,
    migrated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
);

CREATE TABLE board_images (
    board_id TEXT NOT NULL,
    image_name TEXT NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    deleted_at DATETIME,
    PRIMARY KEY (image_name),
    FOREIGN KEY (board_id) REFERENCES boards (board_id) ON DELETE CASCADE,
    FOREIGN KEY (image_name) REFERENCES images (image_name) ON DELETE CASCADE
);

CREATE TABLE boards (
    board_id TEXT NOT NULL PRIMARY KEY,
    board_name TEXT NOT NULL,
    cover_image_name TEXT,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    deleted_at DATETIME,
    archived BOOLEAN DEFAULT FALSE,
    user_id TEXT DEFAULT 'system',
    is_public BOOLEAN NOT NULL DEFAULT FALSE,
    board_visibility TEXT NOT NULL DEFAULT 'private',
    FOREIGN KEY (cover_image_name) REFERENCES images (image_name) ON DELETE SET NULL
);

CREATE TABLE images (
    image_name TEXT NOT NULL PRIMARY KEY,
    image_origin TEXT NOT NULL,
    image_category TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    session_id TEXT,
    node_id TEXT,
    metadata TEXT,
    is_intermediate BOOLEAN DEFAULT FALSE,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    deleted_at DATETIME,
    starred BOOLEAN DEFAULT FALSE,
    has_workflow BOOLEAN DEFAULT FALSE,
    user_id TEXT DEFAULT 'system',
    image_subfolder TEXT NOT NULL DEFAULT ''
);

CREATE TABLE session_queue (
    item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    batch_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    session_id TEXT NOT NULL UNIQUE,
    field_values TEXT,
    session TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'pending',
    priority INTEGER NOT NULL DEFAULT 0,
    error_traceback TEXT,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    started_at DATETIME,
    completed_at DATETIME,
    workflow TEXT,
    error_type TEXT,
    error_message TEXT,
    origin TEXT,
    destination TEXT,
    retried_from_item_id INTEGER,
    user_id TEXT DEFAULT 'system',
    status_sequence INTEGER DEFAULT 0,
    device TEXT,
    workflow_call_id TEXT,
    parent_item_id INTEGER,
    parent_session_id TEXT,
    root_item_id INTEGER,
    workflow_call_depth INTEGER
);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE workflow_library (
    workflow_id TEXT NOT NULL PRIMARY KEY,
    workflow TEXT NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    category TEXT GENERATED ALWAYS as (json_extract(workflow, '$.meta.category')) VIRTUAL NOT NULL,
    name TEXT GENERATED ALWAYS as (json_extract(workflow, '$.name')) VIRTUAL NOT NULL,
    description TEXT GENERATED ALWAYS as (json_extract(workflow, '$.description')) VIRTUAL NOT NULL,
    tags TEXT GENERATED ALWAYS AS (json_extract(workflow, '$.tags')) VIRTUAL,
    opened_at DATETIME,
    user_id TEXT DEFAULT 'system',
    is_public BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE style_presets (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    preset_data TEXT NOT NULL,
    type TEXT NOT NULL DEFAULT "user",
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    user_id TEXT DEFAULT 'system',
    is_public BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE TABLE models (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT GENERATED ALWAYS as (json_extract(config, '$.hash')) VIRTUAL NOT NULL,
    base TEXT GENERATED ALWAYS as (json_extract(config, '$.base')) VIRTUAL NOT NULL,
    type TEXT GENERATED ALWAYS as (json_extract(config, '$.type')) VIRTUAL NOT NULL,
    path TEXT GENERATED ALWAYS as (json_extract(config, '$.path')) VIRTUAL NOT NULL,
    format TEXT GENERATED ALWAYS as (json_extract(config, '$.format')) VIRTUAL NOT NULL,
    name TEXT GENERATED ALWAYS as (json_extract(config, '$.name')) VIRTUAL NOT NULL,
    description TEXT GENERATED ALWAYS as (json_extract(config, '$.description')) VIRTUAL,
    source TEXT GENERATED ALWAYS as (json_extract(config, '$.source')) VIRTUAL NOT NULL,
    source_type TEXT GENERATED ALWAYS as (json_extract(config, '$.source_type')) VIRTUAL NOT NULL,
    source_api_response TEXT GENERATED ALWAYS as (json_extract(config, '$.source_api_response')) VIRTUAL,
    trigger_phrases TEXT GENERATED ALWAYS as (json_extract(config, '$.trigger_phrases')) VIRTUAL,
    file_size INTEGER GENERATED ALWAYS as (json_extract(config, '$.file_size')) VIRTUAL NOT NULL,
    config TEXT NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    UNIQUE(path)
);

CREATE TABLE users (
    user_id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    display_name TEXT,
    password_hash TEXT NOT NULL,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    last_login_at DATETIME,
    token_epoch INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE user_sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    last_activity_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);

CREATE TABLE user_invitations (
    invitation_id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    invited_by TEXT NOT NULL,
    invitation_code TEXT NOT NULL UNIQUE,
    is_admin BOOLEAN NOT NULL DEFAULT FALSE,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    FOREIGN KEY (invited_by) REFERENCES users(user_id) ON DELETE CASCADE
);

CREATE TABLE shared_boards (
    board_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    can_edit BOOLEAN NOT NULL DEFAULT FALSE,
    shared_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    PRIMARY KEY (board_id, user_id),
    FOREIGN KEY (board_id) REFERENCES boards(board_id) ON DELETE CASCADE,
    FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);

CREATE TABLE client_state (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at DATETIME NOT NULL DEFAULT (CURRENT_TIMESTAMP),
    PRIMARY KEY (user_id, key),
    FOREIGN KEY (user_id) REFERENCES users(user_id) ON DELETE CASCADE
);

CREATE TABLE app_settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
);

CREATE TABLE model_relationships (
    model_key_1 TEXT NOT NULL,
    model_key_2 TEXT NOT NULL,
    created_at TEXT DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    PRIMARY KEY (model_key_1, model_key_2),
    FOREIGN KEY (model_key_1) REFERENCES models(id) ON DELETE CASCADE,
    FOREIGN KEY (model_key_2) REFERENCES models(id) ON DELETE CASCADE
);

CREATE TABLE image_subfolder_move_jobs (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('planned', 'moving', 'moved', 'committed', 'error')),
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    error_message TEXT
);

CREATE TABLE image_subfolder_move_items (
    job_id INTEGER NOT NULL REFERENCES image_subfolder_move_jobs(id),
    image_name TEXT NOT NULL REFERENCES images(image_name),
    old_subfolder TEXT NOT NULL,
    new_subfolder TEXT NOT NULL,
    is_intermediate BOOLEAN NOT NULL DEFAULT FALSE,
    old_path TEXT,
    new_path TEXT,
    old_thumbnail_path TEXT,
    new_thumbnail_path TEXT,
    state TEXT NOT NULL CHECK (state IN ('planned', 'moved', 'committed', 'error')),
    error_message TEXT,
    PRIMARY KEY (job_id, image_name)
);

CREATE TABLE videos (
    video_name TEXT NOT NULL PRIMARY KEY,
    video_origin TEXT NOT NULL,
    video_category TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    duration REAL NOT NULL DEFAULT 0.0,
    fps REAL,
    session_id TEXT,
    node_id TEXT,
    metadata TEXT,
    is_intermediate BOOLEAN DEFAULT FALSE,
    starred BOOLEAN DEFAULT FALSE,
    has_workflow BOOLEAN DEFAULT FALSE,
    user_id TEXT NOT NULL DEFAULT 'system',
    video_subfolder TEXT NOT NULL DEFAULT '',
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    deleted_at DATETIME
);

CREATE TABLE board_videos (
    board_id TEXT NOT NULL,
    video_name TEXT NOT NULL,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    deleted_at DATETIME,
    PRIMARY KEY (video_name),
    FOREIGN KEY (board_id) REFERENCES boards (board_id) ON DELETE CASCADE,
    FOREIGN KEY (video_name) REFERENCES videos (video_name) ON DELETE CASCADE
);

CREATE TABLE system_prompts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    user_id TEXT NOT NULL DEFAULT 'system',
    is_public BOOLEAN NOT NULL DEFAULT FALSE,
    created_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')),
    updated_at DATETIME NOT NULL DEFAULT(STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW'))
);

CREATE INDEX idx_board_images_board_id ON board_images (board_id);

CREATE INDEX idx_board_images_board_id_created_at ON board_images (board_id, created_at);

CREATE INDEX idx_boards_created_at ON boards (created_at);

CREATE UNIQUE INDEX idx_images_image_name ON images(image_name);

CREATE INDEX idx_images_image_origin ON images(image_origin);

CREATE INDEX idx_images_image_category ON images(image_category);

CREATE INDEX idx_images_created_at ON images(created_at);

CREATE INDEX idx_images_starred ON images(starred);

CREATE UNIQUE INDEX idx_session_queue_item_id ON session_queue(item_id);

CREATE UNIQUE INDEX idx_session_queue_session_id ON session_queue(session_id);

CREATE INDEX idx_session_queue_batch_id ON session_queue(batch_id);

CREATE INDEX idx_session_queue_created_priority ON session_queue(priority);

CREATE INDEX idx_session_queue_created_status ON session_queue(status);

CREATE INDEX idx_workflow_library_created_at ON workflow_library(created_at);

CREATE INDEX idx_workflow_library_updated_at ON workflow_library(updated_at);

CREATE INDEX idx_workflow_library_category ON workflow_library(category);

CREATE INDEX idx_workflow_library_name ON workflow_library(name);

CREATE INDEX idx_workflow_library_description ON workflow_library(description);

CREATE INDEX idx_style_presets_name ON style_presets(name);

CREATE INDEX idx_workflow_library_opened_at ON workflow_library(opened_at);

CREATE INDEX base_index ON models(base);

CREATE INDEX type_index ON models(type);

CREATE INDEX name_index ON models(name);

CREATE INDEX idx_users_email ON users(email);

CREATE INDEX idx_users_is_admin ON users(is_admin);

CREATE INDEX idx_users_is_active ON users(is_active);

CREATE INDEX idx_user_sessions_user_id ON user_sessions(user_id);

CREATE INDEX idx_user_sessions_token_hash ON user_sessions(token_hash);

CREATE INDEX idx_user_sessions_expires_at ON user_sessions(expires_at);

CREATE INDEX idx_user_invitations_email ON user_invitations(email);

CREATE INDEX idx_user_invitations_invitation_code ON user_invitations(invitation_code);

CREATE INDEX idx_user_invitations_expires_at ON user_invitations(expires_at);

CREATE INDEX idx_shared_boards_user_id ON shared_boards(user_id);

CREATE INDEX idx_shared_boards_board_id ON shared_boards(board_id);

CREATE INDEX idx_boards_user_id ON boards(user_id);

CREATE INDEX idx_boards_is_public ON boards(is_public);

CREATE INDEX idx_images_user_id ON images(user_id);

CREATE INDEX idx_session_queue_user_id ON session_queue(user_id);

CREATE INDEX idx_style_presets_user_id ON style_presets(user_id);

CREATE INDEX idx_style_presets_is_public ON style_presets(is_public);

CREATE INDEX idx_client_state_user_id ON client_state(user_id);

CREATE INDEX idx_workflow_library_user_id ON workflow_library(user_id);

CREATE INDEX idx_workflow_library_is_public ON workflow_library(is_public);

CREATE INDEX idx_boards_board_visibility ON boards(board_visibility);

CREATE INDEX keyx_model_relationships_model_key_2 ON model_relationships(model_key_2);

CREATE INDEX idx_image_subfolder_move_items_job_state ON image_subfolder_move_items(job_id, state);

CREATE INDEX idx_image_subfolder_move_items_image_name ON image_subfolder_move_items(image_name);

CREATE UNIQUE INDEX idx_videos_video_name ON videos(video_name);

CREATE INDEX idx_videos_video_origin ON videos(video_origin);

CREATE INDEX idx_videos_video_category ON videos(video_category);

CREATE INDEX idx_videos_created_at ON videos(created_at);

CREATE INDEX idx_videos_starred ON videos(starred);

CREATE INDEX idx_videos_user_id ON videos(user_id);

CREATE INDEX idx_board_videos_board_id ON board_videos (board_id);

CREATE INDEX idx_board_videos_board_id_created_at ON board_videos (board_id, created_at);

CREATE INDEX idx_session_queue_workflow_call_id ON session_queue(workflow_call_id);

CREATE INDEX idx_session_queue_parent_item_id ON session_queue(parent_item_id);

CREATE INDEX idx_session_queue_parent_session_id ON session_queue(parent_session_id);

CREATE INDEX idx_session_queue_root_item_id ON session_queue(root_item_id);

CREATE INDEX idx_session_queue_workflow_call_depth ON session_queue(workflow_call_depth);

CREATE INDEX idx_session_queue_round_robin_pending ON session_queue (status, user_id, priority DESC, item_id ASC);

CREATE INDEX idx_session_queue_user_started_at ON session_queue (user_id, started_at);

CREATE INDEX idx_system_prompts_name ON system_prompts(name);

CREATE INDEX idx_system_prompts_user_id ON system_prompts(user_id);

CREATE TRIGGER tg_board_images_updated_at AFTER UPDATE ON board_images FOR EACH ROW
BEGIN
    UPDATE board_images SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE board_id = old.board_id AND image_name = old.image_name;
END;

CREATE TRIGGER tg_boards_updated_at AFTER UPDATE ON boards FOR EACH ROW
BEGIN
    UPDATE boards SET updated_at = current_timestamp WHERE board_id = old.board_id;
END;

CREATE TRIGGER tg_images_updated_at AFTER UPDATE ON images FOR EACH ROW
BEGIN
    UPDATE images SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE image_name = old.image_name;
END;

CREATE TRIGGER tg_session_queue_completed_at AFTER UPDATE OF status ON session_queue FOR EACH ROW WHEN NEW.status = 'completed' OR NEW.status = 'failed' OR NEW.status = 'canceled'
BEGIN
    UPDATE session_queue SET completed_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE item_id = NEW.item_id;
END;

CREATE TRIGGER tg_session_queue_started_at AFTER UPDATE OF status ON session_queue FOR EACH ROW WHEN NEW.status = 'in_progress'
BEGIN
    UPDATE session_queue SET started_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE item_id = NEW.item_id;
END;

CREATE TRIGGER tg_session_queue_updated_at AFTER UPDATE ON session_queue FOR EACH ROW
BEGIN
    UPDATE session_queue SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE item_id = old.item_id;
END;

CREATE TRIGGER tg_workflow_library_updated_at AFTER UPDATE ON workflow_library FOR EACH ROW
BEGIN
    UPDATE workflow_library SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE workflow_id = old.workflow_id;
END;

CREATE TRIGGER style_presets AFTER UPDATE ON style_presets FOR EACH ROW
BEGIN
    UPDATE style_presets SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE id = old.id;
END;

CREATE TRIGGER models_updated_at AFTER UPDATE ON models FOR EACH ROW
BEGIN
    UPDATE models SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE id = old.id;
END;

CREATE TRIGGER tg_users_updated_at AFTER UPDATE ON users FOR EACH ROW
BEGIN
    UPDATE users SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE user_id = old.user_id;
END;

CREATE TRIGGER tg_client_state_updated_at AFTER UPDATE ON client_state FOR EACH ROW
BEGIN
    UPDATE client_state SET updated_at = CURRENT_TIMESTAMP WHERE user_id = OLD.user_id AND key = OLD.key;
END;

CREATE TRIGGER tg_app_settings_updated_at AFTER UPDATE ON app_settings FOR EACH ROW
BEGIN
    UPDATE app_settings SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE key = OLD.key;
END;

CREATE TRIGGER tg_image_subfolder_move_jobs_updated_at AFTER UPDATE ON image_subfolder_move_jobs FOR EACH ROW
BEGIN
    UPDATE image_subfolder_move_jobs SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE id = old.id;
END;

CREATE TRIGGER tg_videos_updated_at AFTER UPDATE ON videos FOR EACH ROW
BEGIN
    UPDATE videos SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE video_name = old.video_name;
END;

CREATE TRIGGER tg_board_videos_updated_at AFTER UPDATE ON board_videos FOR EACH ROW
BEGIN
    UPDATE board_videos SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE board_id = new.board_id AND video_name = old.video_name;
END;

CREATE TRIGGER tg_system_prompts_updated_at AFTER UPDATE ON system_prompts FOR EACH ROW
BEGIN
    UPDATE system_prompts SET updated_at = STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW') WHERE id = old.id;
END;

CREATE TABLE runtime_settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    updated_at DATETIME NOT NULL
);

CREATE TABLE queue_restarts (
    item_id INTEGER NOT NULL PRIMARY KEY,
    restarts INTEGER NOT NULL
);

CREATE TABLE pending_file_deletions (
    image_name TEXT NOT NULL PRIMARY KEY,
    image_subfolder TEXT NOT NULL,
    -- 'storing': the process that stores it may still be at work. 'deleted': the row is gone for good.
    reason TEXT NOT NULL CHECK (reason IN ('storing', 'deleted'))
);

CREATE TABLE password_history (
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    password_hash TEXT NOT NULL,
    set_at DATETIME NOT NULL
);

CREATE INDEX idx_password_history_user_id ON password_history (user_id);

CREATE TABLE sign_in_origins (
    session_id TEXT NOT NULL PRIMARY KEY REFERENCES user_sessions (session_id) ON DELETE CASCADE,
    address TEXT,
    user_agent TEXT
);

CREATE TABLE image_sizes (
    image_name TEXT NOT NULL PRIMARY KEY REFERENCES images (image_name) ON DELETE CASCADE,
    bytes INTEGER NOT NULL
);

CREATE TABLE pending_owned_file_deletions (
    kind TEXT NOT NULL CHECK (kind IN ('video', 'workflow_thumbnail', 'style_preset_image')),
    name TEXT NOT NULL,
    subfolder TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (kind, name)
);

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

CREATE TABLE queue_counted (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    last_item_id INTEGER NOT NULL
);

CREATE TABLE board_share_levels (
    board_id TEXT NOT NULL REFERENCES boards (board_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    level TEXT NOT NULL CHECK (level IN ('read', 'write', 'admin')),
    shared_by TEXT NOT NULL,
    PRIMARY KEY (board_id, user_id)
);

CREATE INDEX board_share_levels_user ON board_share_levels (user_id);

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

CREATE TRIGGER gallery_counts_end AFTER UPDATE ON gallery_counts WHEN new.images = 0 BEGIN
    DELETE FROM gallery_counts
    WHERE board_id = new.board_id AND user_id = new.user_id AND image_origin = new.image_origin
        AND image_category = new.image_category AND is_intermediate = new.is_intermediate;
END;

CREATE TRIGGER gallery_days_end AFTER UPDATE ON gallery_days WHEN new.images = 0 BEGIN
    DELETE FROM gallery_days
    WHERE date = new.date AND user_id = new.user_id AND image_category = new.image_category;
END;

CREATE VIRTUAL TABLE gallery_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');

CREATE TABLE 'gallery_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'gallery_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE 'gallery_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'gallery_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE model_moves (
    model_key TEXT NOT NULL PRIMARY KEY,
    -- Both relative to the models folder.
    old_path TEXT NOT NULL,
    new_path TEXT NOT NULL
);

CREATE TABLE server_mode (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    multiuser BOOLEAN NOT NULL,
    since DATETIME NOT NULL
);

CREATE TABLE restricted_models (
    model_id TEXT NOT NULL PRIMARY KEY REFERENCES models (id) ON DELETE CASCADE
);

CREATE TABLE restricted_model_users (
    model_id TEXT NOT NULL REFERENCES restricted_models (model_id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,
    PRIMARY KEY (model_id, user_id)
);

CREATE INDEX restricted_model_users_user ON restricted_model_users (user_id);

CREATE TABLE shipped_models (
    name TEXT NOT NULL PRIMARY KEY,
    installed_at DATETIME NOT NULL
);

CREATE VIRTUAL TABLE gallery_words USING fts5 (
    text, content = '', contentless_delete = 1, detail = none, tokenize = "ascii separators '0123456789'"
);

CREATE TABLE 'gallery_words_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'gallery_words_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE 'gallery_words_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'gallery_words_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE gallery_vocabulary (word TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
