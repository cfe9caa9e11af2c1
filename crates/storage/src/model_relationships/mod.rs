//! Which models belong together. A pair has no direction; it is kept once, the smaller key first.

use crate::{ReadTx, StorageError, Tx};
use invoke_domain::ModelKey;
use invoke_permissions::{Grant, Manage, Model};
use rusqlite::params;

#[cfg(test)]
mod tests;

/// The models related to one of `keys`, each once, in order of key. Everybody may look at the list of models.
pub fn list(tx: &ReadTx<'_>, keys: &[ModelKey]) -> Result<Vec<ModelKey>, StorageError> {
    let keys = serde_json::Value::from(keys.iter().map(ModelKey::as_str).collect::<Vec<_>>()).to_string();
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    Ok(statement.query_map([keys], |row| Ok(ModelKey(row.get(0)?)))?.collect::<Result<_, _>>()?)
}

fn ordered<'a>(a: &'a Grant<Model, Manage>, b: &'a Grant<Model, Manage>) -> (&'a str, &'a str) {
    let (a, b) = (a.id().as_str(), b.id().as_str());
    if a <= b { (a, b) } else { (b, a) }
}

/// Relates two installed models; nothing changes when they are already.
pub fn insert(tx: &Tx<'_>, a: &Grant<Model, Manage>, b: &Grant<Model, Manage>) -> Result<(), StorageError> {
    let (first, second) = ordered(a, b);
    let sql = "INSERT OR IGNORE INTO model_relationships (model_key_1, model_key_2) VALUES (?1, ?2)";
    tx.sql().prepare_cached(sql)?.execute(params![first, second])?;
    Ok(())
}

/// Takes two models apart; nothing changes when they are not related.
pub fn delete(tx: &Tx<'_>, a: &Grant<Model, Manage>, b: &Grant<Model, Manage>) -> Result<(), StorageError> {
    let (first, second) = ordered(a, b);
    let sql = "DELETE FROM model_relationships WHERE model_key_1 = ?1 AND model_key_2 = ?2";
    tx.sql().prepare_cached(sql)?.execute(params![first, second])?;
    Ok(())
}
