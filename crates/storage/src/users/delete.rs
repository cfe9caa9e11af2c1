//! Removing an account, and what becomes of what it owned.

use super::owned::give;
use crate::{StorageError, Tx};
use invoke_domain::UserId;
use invoke_permissions::{Grant, Manage, Users};
use rusqlite::named_params;

/// What becomes of boards, images, workflows, presets and prompts when their owner goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// They go too; their files are noted to be swept.
    Delete,
    /// They belong to another account from now on.
    Transfer(&'a UserId),
    /// They belong to `system` from now on, and so are seen by administrators alone.
    Keep,
}

/// Removes an account. Its queue items go in any case, since they were its errands; so do its sign-ins and its saved
/// settings, which nobody else could use.
pub fn delete(
    tx: &Tx<'_>,
    grant: &Grant<Users, Manage>,
    id: &UserId,
    content: Content<'_>,
) -> Result<(), StorageError> {
    match content {
        Content::Delete => {
            for sql in [
                include_str!("delete_note_files.sql"),
                include_str!("delete_note_owned_files.sql"),
                include_str!("delete_move_items.sql"),
                "DELETE FROM images WHERE user_id = :user_id",
                "DELETE FROM videos WHERE user_id = :user_id",
                "DELETE FROM boards WHERE user_id = :user_id",
                "DELETE FROM workflow_library WHERE user_id = :user_id",
                "DELETE FROM style_presets WHERE user_id = :user_id",
                "DELETE FROM system_prompts WHERE user_id = :user_id",
            ] {
                tx.sql().execute(sql, named_params! { ":user_id": id.as_str() })?;
            }
        }
        Content::Transfer(heir) => give(tx, grant, id, heir)?,
        Content::Keep => give(tx, grant, id, &UserId::system())?,
    }
    for sql in [
        "DELETE FROM session_queue WHERE user_id = ?1",
        // What they shared with others stays shared; their name under it goes.
        "UPDATE board_share_levels SET shared_by = 'system' WHERE shared_by = ?1",
        // With it go, by their foreign keys: sign-ins, saved settings, shares received, invitations sent, old passwords.
        "DELETE FROM users WHERE user_id = ?1",
    ] {
        tx.sql().execute(sql, [id.as_str()])?;
    }
    Ok(())
}
