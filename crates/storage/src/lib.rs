//! Every line of SQL of the product, and nothing else: no rules about who may do what (those are `permissions`), no
//! files but the database's own and, while a file of an older release is upgraded, the models it lists. That it is SQLite is known here only; no public signature shows it.
//!
//! Start with [`Database`]: it opens the file, refuses what it must not touch, migrates, and hands out transactions.
//! Each table (or group of tables) is a folder with its SQL beside its code; its functions are verbs (`get`, `find`,
//! `list`, `insert`, `update`, `delete`, `count`) that take a [`ReadTx`] or, to change something, a [`Tx`]. A listing
//! takes a `Scope`, a change takes a `Grant`; both come from `permissions`.
//!
//! To add a table: a migration (see `migrations/README.md`), a folder here with `mod.rs` and its `.sql` files, a line
//! below. SQL is constant text with bound parameters; a one-line query may stay inline.

mod clock;
mod db;
mod error;
mod inspect;
mod maintenance;
mod migrate;
mod readers;
mod seal;
mod time;
mod upgrade;

pub mod app_settings;
pub mod backup;
pub mod board_images;
pub mod board_shares;
pub mod boards;
pub mod client_state;
pub mod consistency;
pub mod file_deletions;
pub mod gallery;
pub mod image_moves;
pub mod image_sizes;
pub mod images;
pub mod model_access;
pub mod model_relationships;
pub mod models;
pub mod modes;
pub mod password_history;
pub mod queue;
pub mod runtime_settings;
pub mod shipped_models;
pub mod stops;
pub mod style_presets;
pub mod system_prompts;
pub mod user_sessions;
pub mod users;
pub mod workflows;

pub use db::{Database, ReadTx, Rehearsal, StorageSettings, Tx};
pub use error::StorageError;
pub use maintenance::FileSizes;
pub use migrate::schema;
pub use time::{from_text, to_text, to_text_with_offset};
pub use upgrade::ModelMove;

#[cfg(test)]
mod testing;
