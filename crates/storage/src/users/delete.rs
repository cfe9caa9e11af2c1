//! Removing an account, and what becomes of what it owned.

use crate::{StorageError, Tx};
use invoke_domain::UserId;
use invoke_permissions::{Grant, Manage, Users};
use rusqlite::named_params;

/// What becomes of boards, images, workflows, presets and prompts when their owner goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// They go too; image files are left in `pending_file_deletions` to be swept.
    Delete,
    /// They belong to another account from now on.
    Transfer(&'a UserId),
}

/// Removes an account. Its queue items go in any case, since they were its errands; so do its sign-ins and its saved
/// settings, which nobody else could use.
pub fn delete(
    tx: &Tx<'_>,
    _grant: &Grant<Users, Manage>,
    id: &UserId,
    content: Content<'_>,
) -> Result<(), StorageError> {
    match content {
        Content::Delete => {
            let system = UserId::system();
            for sql in [
                include_str!("delete_note_files.sql"),
                include_str!("delete_move_items.sql"),
                "DELETE FROM images WHERE user_id = :user_id",
                "DELETE FROM boards WHERE user_id = :user_id",
                "DELETE FROM workflow_library WHERE user_id = :user_id",
                "DELETE FROM style_presets WHERE user_id = :user_id",
                "DELETE FROM system_prompts WHERE user_id = :user_id",
            ] {
                tx.sql().execute(sql, named_params! { ":user_id": id.as_str() })?;
            }
            // Nothing sweeps files of videos yet; their rows are kept with them.
            give(tx, id, &system, &["videos"])?;
        }
        Content::Transfer(heir) => {
            let tables = ["images", "boards", "workflow_library", "style_presets", "system_prompts", "videos"];
            give(tx, id, heir, &tables)?;
        }
    }
    tx.sql().execute("DELETE FROM session_queue WHERE user_id = ?1", [id.as_str()])?;
    tx.sql().execute("DELETE FROM users WHERE user_id = ?1", [id.as_str()])?;
    Ok(())
}

fn give(tx: &Tx<'_>, from: &UserId, to: &UserId, tables: &[&'static str]) -> Result<(), StorageError> {
    for table in tables {
        // A table's name cannot be bound; these are our own words.
        let sql = format!("UPDATE {table} SET user_id = ?2 WHERE user_id = ?1");
        tx.sql().execute(&sql, [from.as_str(), to.as_str()])?;
    }
    Ok(())
}
