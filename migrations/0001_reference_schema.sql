-- The final schema of InvokeAI 6.14.2, as it is: a database made here can be opened by that release, and one made there
-- by us. Only a new file is given it; a file of that release has it already. Column order matters to `SELECT *`.

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

-- The bookkeeping that release expects: every migration it knows, as if it had run them.
INSERT INTO migrations (version) VALUES
    (0), (1), (2), (3), (4), (5), (6), (7), (8), (9), (10), (11),
    (12), (13), (14), (15), (16), (17), (18), (19), (20), (21), (22), (23),
    (24), (25), (26), (27), (28), (29), (30), (31), (32), (33);
INSERT INTO applied_migrations (migration_id, legacy_version) VALUES
    ('migration_1', 1), ('migration_2', 2), ('migration_3', 3), ('migration_4', 4),
    ('migration_5', 5), ('migration_6', 6), ('migration_7', 7), ('migration_8', 8),
    ('migration_9', 9), ('migration_10', 10), ('migration_11', 11), ('migration_12', 12),
    ('migration_13', 13), ('migration_14', 14), ('migration_15', 15), ('migration_16', 16),
    ('migration_17', 17), ('migration_18', 18), ('migration_19', 19), ('migration_20', 20),
    ('migration_21', 21), ('migration_22', 22), ('migration_23', 23), ('migration_24', 24),
    ('migration_25', 25), ('migration_26', 26), ('migration_27', 27), ('migration_28', 28),
    ('migration_29', 29), ('migration_30', 30), ('migration_31', 31), ('migration_32', 32),
    ('migration_33', 33),
    ('2026_07_01_add_session_queue_device', NULL),
    ('2026_07_01_add_videos_tables', NULL),
    ('2026_07_01_add_workflow_call_queue_metadata', NULL),
    ('2026_07_03_round_robin_indexes', NULL),
    ('2026_07_10_create_system_prompts', NULL),
    ('2026_07_31_add_user_token_epoch', NULL),
    ('2026_08_08_demote_system_user', NULL);

-- The owner of what belongs to nobody. It has no password and cannot sign in.
INSERT INTO users (user_id, email, display_name, password_hash, is_admin, is_active)
VALUES ('system', 'system@system.invokeai', 'System', '', FALSE, TRUE);

-- Ids and names are those of InvokeAI, so that a page finds the same entries; the texts are our own.
INSERT INTO system_prompts (id, name, content, user_id, is_public) VALUES
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0000', 'Default',
     'Turn the request into one vivid prompt for an image generator: subject, setting, light, colours, composition and style, in plain sentences. Add nothing that contradicts the request. Answer with the prompt only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0001', 'FLUX.2 Prompt Enhancement',
     'Rewrite the request as a prompt for FLUX.2. Keep every element the user named and add concrete visual detail: shape, size, texture, material, light, shadow, place. Put any words to be shown in the picture in quotation marks. Answer with the prompt only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0002', 'HunyuanImage 3.0 Recaption Expert',
     'Describe the requested picture for HunyuanImage 3.0 in the present tense, from the whole to the parts and from front to back. State only what can be seen. Name the style, and give the wording, place and look of any text. Answer with the description inside <recaption> tags.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0003', 'Qwen-Image Edit Enhancer',
     'Rewrite the editing request as one clear instruction for Qwen-Image Edit. Say what changes, where, and what it looks like afterwards; say what stays as it is. Keep text to be written in double quotes and in its own language. Answer with the instruction only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0004', 'Z-Image Visual Description Optimizer',
     'Turn the request into a precise visual description for Z-Image. Keep names, numbers and quoted text unchanged, settle what the request leaves open, and describe subject, composition, light and material without figures of speech. Answer with the description only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0005', 'Qwen-Image Multi-Category Rewriter',
     'Decide whether the request is for a portrait, a picture with text, or another scene, then rewrite it for Qwen-Image: for people their look, clothes and pose; for text the exact words in double quotes, their font and place; otherwise setting, objects and mood. Answer with the prompt only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0006', 'HiDream SCALIST Prompt Engineer',
     'Write a prompt for HiDream that covers, in this order: subject, composition, action, location, image style, and technical details such as lens and light. Make it one flowing paragraph. Answer with the prompt only.',
     'system', TRUE),
    ('0f8f5b2e-1c9e-4f2a-9a4e-1f1f1f1f0007', 'Krea 2 Prompt Expansion',
     'Expand the request into a short paragraph for Krea 2 with natural wording: what is shown, how it is framed and lit, which medium and mood. Stay close to the idea and avoid lists of keywords. Answer with the prompt only.',
     'system', TRUE);
