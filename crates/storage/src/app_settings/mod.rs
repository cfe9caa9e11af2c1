//! What the reference keeps about the installation as a whole: the key its tokens are signed with.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_permissions::{Grant, Manage, RuntimeSettings};
use rusqlite::{OptionalExtension, params};

/// Key of the secret that tokens are signed with.
pub const JWT_SECRET: &str = "jwt_secret";

/// The value kept under `key`.
pub fn get(tx: &ReadTx<'_>, key: &str) -> Result<Option<String>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT value FROM app_settings WHERE key = ?1")?;
    Ok(statement.query_row([key], |row| row.get(0)).optional()?)
}

/// Forgets what is kept under `key`.
pub fn delete(tx: &Tx<'_>, _grant: &Grant<RuntimeSettings, Manage>, key: &str) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM app_settings WHERE key = ?1")?.execute([key])?;
    Ok(())
}

/// Keeps `value` under `key`.
pub fn update(
    tx: &Tx<'_>,
    _grant: &Grant<RuntimeSettings, Manage>,
    key: &str,
    value: &str,
) -> Result<(), StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("update.sql"))?;
    statement.execute(params![key, value, SqlTime(tx.now())])?;
    Ok(())
}
