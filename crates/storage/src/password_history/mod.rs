//! Hashes of the passwords an account has had, and when each was set. The one in use is the last of them, unless another
//! program set it.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::UserId;
use invoke_permissions::{Account, Edit, Grant};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, named_params, params};

#[cfg(test)]
mod tests;

/// Notes a password that was just set, and forgets all but the last `keep`.
pub fn insert(tx: &Tx<'_>, grant: &Grant<Account, Edit>, hash: &str, keep: usize) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":user_id": grant.id().as_str(),
        ":password_hash": hash,
        ":now": SqlTime(tx.now()),
    })?;
    tx.sql().prepare_cached(include_str!("prune.sql"))?.execute(named_params! {
        ":user_id": grant.id().as_str(),
        ":keep": i64::try_from(keep).unwrap_or(i64::MAX),
    })?;
    Ok(())
}

/// The same password has a better hash now. Asks for no grant, since nothing about the account changes.
pub fn update_hash(tx: &Tx<'_>, id: &UserId, old: &str, new: &str) -> Result<(), StorageError> {
    let sql = "UPDATE password_history SET password_hash = ?3 WHERE user_id = ?1 AND password_hash = ?2";
    tx.sql().prepare_cached(sql)?.execute([id.as_str(), old, new])?;
    Ok(())
}

/// The hashes of the last passwords, the newest first.
pub fn list(tx: &ReadTx<'_>, id: &UserId, limit: usize) -> Result<Vec<String>, StorageError> {
    let sql = "SELECT password_hash FROM password_history WHERE user_id = ?1 ORDER BY rowid DESC LIMIT ?2";
    let mut statement = tx.sql().prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(statement.query_map(params![id.as_str(), limit], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// When the password with this hash was set, as far as this program has seen it.
pub fn set_at(tx: &ReadTx<'_>, id: &UserId, hash: &str) -> Result<Option<Timestamp>, StorageError> {
    let sql =
        "SELECT set_at FROM password_history WHERE user_id = ?1 AND password_hash = ?2 ORDER BY rowid DESC LIMIT 1";
    let mut statement = tx.sql().prepare_cached(sql)?;
    let time = statement.query_row([id.as_str(), hash], |row| row.get::<_, SqlTime>(0)).optional()?;
    Ok(time.map(|time| time.0))
}
