//! Which of the models that come with the program were installed once, whatever became of them since.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_permissions::{Grant, Manage, Model};
use rusqlite::params;

/// Whether this one was.
pub fn exists(tx: &ReadTx<'_>, name: &str) -> Result<bool, StorageError> {
    Ok(tx.sql().prepare_cached("SELECT 1 FROM shipped_models WHERE name = ?1")?.exists([name])?)
}

/// Notes that it was; the grant is to its model.
pub fn insert(tx: &Tx<'_>, _: &Grant<Model, Manage>, name: &str) -> Result<(), StorageError> {
    let sql = "INSERT OR IGNORE INTO shipped_models (name, installed_at) VALUES (?1, ?2)";
    tx.sql().prepare_cached(sql)?.execute(params![name, SqlTime(tx.now())])?;
    Ok(())
}
