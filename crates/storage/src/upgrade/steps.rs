//! The reference's steps in its order. Each says what it adds; what is there already is left alone, so that a file that is
//! ahead of its bookkeeping is no obstacle.

use super::{Failure, Upgrade, data, files, records};

pub(super) struct Step {
    /// The reference's id.
    pub(super) id: &'static str,
    /// Its number in the older bookkeeping.
    pub(super) version: Option<i64>,
    pub(super) work: &'static [Work],
}

pub(super) enum Work {
    /// The table of this name as it finally is, with indices and triggers.
    Table(&'static str),
    /// The index of this name as it finally is.
    Index(&'static str),
    /// A column, by the statement that adds it.
    Column {
        table: &'static str,
        name: &'static str,
        sql: &'static str,
    },
    Sql(&'static str),
    Code(fn(&mut Upgrade<'_>) -> Result<(), Failure>),
}

/// The oldest state that is upgraded: releases 4.2.8 and later, so every 5.x and 6.x.
pub(crate) const FIRST_SUPPORTED: i64 = 13;

/// The last numbered step.
pub(crate) const LAST_VERSION: i64 = 33;

/// The steps without a number.
pub(crate) const NAMED: [&str; 7] = [
    "2026_07_01_add_session_queue_device",
    "2026_07_01_add_videos_tables",
    "2026_07_01_add_workflow_call_queue_metadata",
    "2026_07_03_round_robin_indexes",
    "2026_07_10_create_system_prompts",
    "2026_07_31_add_user_token_epoch",
    "2026_08_08_demote_system_user",
];

macro_rules! column {
    ($table:literal . $name:literal $definition:literal) => {
        Work::Column {
            table: $table,
            name: $name,
            sql: concat!("ALTER TABLE ", $table, " ADD COLUMN ", $name, " ", $definition),
        }
    };
}

macro_rules! numbered {
    ($number:literal, $($work:expr),* $(,)?) => {
        Step { id: concat!("migration_", $number), version: Some($number), work: &[$($work),*] }
    };
}

const fn named(id: &'static str, work: &'static [Work]) -> Step {
    Step { id, version: None, work }
}

pub(super) static STEPS: [Step; 27] = [
    numbered!(14, Work::Table("style_presets")),
    numbered!(15, column!("session_queue"."origin" "TEXT"), column!("session_queue"."destination" "TEXT")),
    numbered!(16, column!("session_queue"."retried_from_item_id" "INTEGER")),
    numbered!(
        17,
        column!("workflow_library"."tags" "TEXT GENERATED ALWAYS AS (json_extract(workflow, '$.tags')) VIRTUAL"),
    ),
    // The column was filled for every workflow before; from here on it is for those that somebody opened.
    numbered!(
        18,
        Work::Sql(
            "DROP INDEX IF EXISTS idx_workflow_library_opened_at;
             ALTER TABLE workflow_library DROP COLUMN opened_at;
             ALTER TABLE workflow_library ADD COLUMN opened_at DATETIME",
        ),
        Work::Index("idx_workflow_library_opened_at"),
    ),
    numbered!(
        19,
        Work::Code(files::fill_sizes),
        column!("models"."file_size" "INTEGER GENERATED ALWAYS as (json_extract(config, '$.file_size')) VIRTUAL NOT NULL"),
    ),
    numbered!(20, Work::Table("model_relationships")),
    // Its table is replaced by 27; a file from before has nothing to put into it.
    numbered!(21,),
    // Two models may have the same name from here on, but not the same path.
    numbered!(
        22,
        Work::Sql(
            "CREATE TEMP TABLE kept_models AS SELECT id, config, created_at, updated_at FROM models;
             DROP TABLE models",
        ),
        Work::Table("models"),
        Work::Sql(
            "INSERT INTO models (id, config, created_at, updated_at)
             SELECT id, config, created_at, updated_at FROM kept_models ORDER BY rowid;
             DROP TABLE kept_models",
        ),
    ),
    numbered!(23, Work::Code(records::renew)),
    numbered!(24, Work::Code(files::plan_moves)),
    numbered!(
        25,
        Work::Sql(
            "UPDATE models SET config = json_set(config, '$.variant', 'qwen3_4b')
             WHERE type = 'qwen3_encoder' AND json_type(config, '$.variant') IS NULL",
        ),
    ),
    numbered!(26, Work::Code(records::set_z_image_variants)),
    numbered!(
        27,
        Work::Table("users"),
        Work::Table("user_sessions"),
        Work::Table("user_invitations"),
        Work::Table("shared_boards"),
        column!("boards"."user_id" "TEXT DEFAULT 'system'"),
        column!("boards"."is_public" "BOOLEAN NOT NULL DEFAULT FALSE"),
        column!("images"."user_id" "TEXT DEFAULT 'system'"),
        column!("session_queue"."user_id" "TEXT DEFAULT 'system'"),
        column!("style_presets"."user_id" "TEXT DEFAULT 'system'"),
        column!("style_presets"."is_public" "BOOLEAN NOT NULL DEFAULT FALSE"),
        Work::Index("idx_boards_user_id"),
        Work::Index("idx_boards_is_public"),
        Work::Index("idx_images_user_id"),
        Work::Index("idx_session_queue_user_id"),
        Work::Index("idx_style_presets_user_id"),
        Work::Index("idx_style_presets_is_public"),
        Work::Sql(
            "INSERT OR IGNORE INTO users (user_id, email, display_name, password_hash, is_admin, is_active)
             VALUES ('system', 'system@system.invokeai', 'System', '', FALSE, TRUE)",
        ),
        Work::Code(data::split_client_state),
        Work::Table("app_settings"),
        Work::Code(data::make_secret),
    ),
    numbered!(
        28,
        column!("workflow_library"."user_id" "TEXT DEFAULT 'system'"),
        Work::Code(data::publish_workflows),
        Work::Index("idx_workflow_library_user_id"),
        Work::Index("idx_workflow_library_is_public"),
    ),
    numbered!(29, Work::Code(data::name_board_visibility), Work::Index("idx_boards_board_visibility")),
    numbered!(
        30,
        column!("session_queue"."status_sequence" "INTEGER DEFAULT 0"),
        Work::Sql("UPDATE session_queue SET status_sequence = 0 WHERE status_sequence IS NULL"),
    ),
    numbered!(31, column!("images"."image_subfolder" "TEXT NOT NULL DEFAULT ''")),
    numbered!(32, Work::Code(data::mend_model_relationships)),
    numbered!(33, Work::Table("image_subfolder_move_jobs"), Work::Table("image_subfolder_move_items")),
    named(NAMED[0], &[column!("session_queue"."device" "TEXT")]),
    named(NAMED[1], &[Work::Table("videos"), Work::Table("board_videos")]),
    named(
        NAMED[2],
        &[
            column!("session_queue"."workflow_call_id" "TEXT"),
            column!("session_queue"."parent_item_id" "INTEGER"),
            column!("session_queue"."parent_session_id" "TEXT"),
            column!("session_queue"."root_item_id" "INTEGER"),
            column!("session_queue"."workflow_call_depth" "INTEGER"),
            Work::Index("idx_session_queue_workflow_call_id"),
            Work::Index("idx_session_queue_parent_item_id"),
            Work::Index("idx_session_queue_parent_session_id"),
            Work::Index("idx_session_queue_root_item_id"),
            Work::Index("idx_session_queue_workflow_call_depth"),
        ],
    ),
    named(
        NAMED[3],
        &[Work::Index("idx_session_queue_round_robin_pending"), Work::Index("idx_session_queue_user_started_at")],
    ),
    named(NAMED[4], &[Work::Table("system_prompts"), Work::Code(data::add_system_prompts)]),
    named(NAMED[5], &[column!("users"."token_epoch" "INTEGER NOT NULL DEFAULT 0")]),
    named(
        NAMED[6],
        &[Work::Sql(
            "UPDATE users SET is_admin = FALSE, password_hash = ''
             WHERE user_id = 'system' AND (is_admin OR password_hash <> '')",
        )],
    ),
];
