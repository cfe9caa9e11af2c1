//! What the pages remember for one account: texts under keys. Every function works on the rows of whoever asks, so there
//! is nobody to grant anything to.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx, users};
use invoke_permissions::Actor;
use rusqlite::{OptionalExtension, params};

#[cfg(test)]
mod tests;

/// The value under `key`.
pub fn find(tx: &ReadTx<'_>, actor: &Actor, key: &str) -> Result<Option<String>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT value FROM client_state WHERE user_id = ?1 AND key = ?2")?;
    Ok(statement.query_row(params![actor.user_id().as_str(), key], |row| row.get(0)).optional()?)
}

/// The keys that begin with `prefix`, in order.
pub fn list_keys(tx: &ReadTx<'_>, actor: &Actor, prefix: &str) -> Result<Vec<String>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list_keys.sql"))?;
    Ok(statement.query_map(params![actor.user_id().as_str(), prefix], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Puts `value` under `key`, over what was there.
pub fn insert(tx: &Tx<'_>, actor: &Actor, key: &str, value: &str) -> Result<(), StorageError> {
    users::must_exist(tx, actor.user_id())?;
    let mut statement = tx.sql().prepare_cached(include_str!("insert.sql"))?;
    statement.execute(params![actor.user_id().as_str(), key, value, SqlTime(tx.now())])?;
    Ok(())
}

/// Forgets `key`.
pub fn delete(tx: &Tx<'_>, actor: &Actor, key: &str) -> Result<(), StorageError> {
    let sql = "DELETE FROM client_state WHERE user_id = ?1 AND key = ?2";
    tx.sql().prepare_cached(sql)?.execute(params![actor.user_id().as_str(), key])?;
    Ok(())
}

/// Forgets everything of the account.
pub fn delete_all(tx: &Tx<'_>, actor: &Actor) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM client_state WHERE user_id = ?1")?.execute([actor.user_id().as_str()])?;
    Ok(())
}
