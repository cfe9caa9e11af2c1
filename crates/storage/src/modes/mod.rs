//! Whether the server runs for one person or for several, and what becomes of what was made for one.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::WorkflowId;
use invoke_permissions::{Grant, Manage, RuntimeSettings};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, named_params, params};

#[cfg(test)]
mod tests;

/// How the server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// For several people, with accounts.
    pub multiuser: bool,
    /// Since when. From the beginning on for a file that no server of ours has run on.
    pub since: Timestamp,
}

/// How the server ran before. Nobody noted it for files of the reference: there, accounts tell.
pub fn get(tx: &ReadTx<'_>) -> Result<Mode, StorageError> {
    let noted = tx
        .sql()
        .prepare_cached("SELECT multiuser, since FROM server_mode")?
        .query_row([], |row| Ok(Mode { multiuser: row.get("multiuser")?, since: row.get::<_, SqlTime>("since")?.0 }));
    if let Some(mode) = noted.optional()? {
        return Ok(mode);
    }
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE user_id <> 'system')";
    let multiuser = tx.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(Mode { multiuser, since: Timestamp::UNIX_EPOCH })
}

/// Notes how the server runs from now on.
pub fn update(tx: &Tx<'_>, _grant: &Grant<RuntimeSettings, Manage>, mode: Mode) -> Result<(), StorageError> {
    let sql = "INSERT OR REPLACE INTO server_mode (id, multiuser, since) VALUES (1, ?1, ?2)";
    tx.sql().prepare_cached(sql)?.execute(params![mode.multiuser, SqlTime(mode.since)])?;
    Ok(())
}

/// Takes back boards, style presets and prompts of `system` that were made since then and that everybody could use. Says
/// how many. What comes with the program stays.
pub fn take_back(
    tx: &Tx<'_>,
    _grant: &Grant<RuntimeSettings, Manage>,
    since: Timestamp,
) -> Result<usize, StorageError> {
    let mut changed = 0;
    for sql in [include_str!("boards.sql"), include_str!("style_presets.sql"), include_str!("system_prompts.sql")] {
        changed += tx.sql().prepare_cached(sql)?.execute(named_params! { ":since": SqlTime(since) })?;
    }
    Ok(changed)
}

/// The public workflows of `system` that were made since then, without those that come with the program.
pub fn list_public_workflows(
    tx: &ReadTx<'_>,
    _grant: &Grant<RuntimeSettings, Manage>,
    since: Timestamp,
) -> Result<Vec<WorkflowId>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("public_workflows.sql"))?;
    let rows = statement.query_map(named_params! { ":since": SqlTime(since) }, |row| row.get(0).map(WorkflowId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
