//! Installed models: a key and the configuration record as JSON. Columns for searching are computed from it by the
//! database. Everybody may look at the list, but for the models in [`crate::model_access`].

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::{ModelKey, ModelRecord, UserId};
use invoke_permissions::{Grant, Manage, Model, Scope, View};
use rusqlite::{OptionalExtension, Row, named_params, params};

pub mod kinds;
#[cfg(test)]
mod tests;

/// A record whose JSON cannot be read is left out of listings, so that one bad row does not take the others along.
fn row_to_model(row: &Row<'_>) -> rusqlite::Result<Option<ModelRecord>> {
    let key: String = row.get("id")?;
    let config: String = row.get("config")?;
    match serde_json::from_str(&config) {
        Ok(config) => Ok(Some(ModelRecord { key: ModelKey(key), config })),
        Err(error) => {
            tracing::warn!(key, %error, "the record of a model is no JSON and was left out");
            Ok(None)
        }
    }
}

/// A model; `None` when there is none with this key.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Model, View>) -> Result<Option<ModelRecord>, StorageError> {
    find(tx, grant.id())
}

fn find(tx: &ReadTx<'_>, key: &ModelKey) -> Result<Option<ModelRecord>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT id, config FROM models WHERE id = ?1")?;
    Ok(statement.query_row([key.as_str()], row_to_model).optional()?.flatten())
}

/// Which models. Empty as [`Default`]: all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModelFilter {
    /// Of exactly this name.
    pub name: Option<String>,
    /// Of this base: `sd-1`, `sdxl`, …
    pub base: Option<String>,
    /// Of this kind: `main`, `vae`, …
    pub kind: Option<String>,
    /// In this format: `diffusers`, `checkpoint`, …
    pub format: Option<String>,
    /// With this hash.
    pub hash: Option<String>,
}

macro_rules! orders {
    ($($(#[$doc:meta])* $name:ident, $ascending:literal, $descending:literal;)*) => {
        /// By what a listing is ordered.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub enum ModelOrder {
            $($(#[$doc])* $name,)*
        }

        fn list_sql(order: ModelOrder, descending: bool) -> &'static str {
            match (order, descending) {
                $((ModelOrder::$name, false) => concat!(include_str!("matching.sql"), "ORDER BY ", $ascending),
                (ModelOrder::$name, true) => concat!(include_str!("matching.sql"), "ORDER BY ", $descending),)*
            }
        }
    };
}

orders! {
    /// Kind, base, name, format.
    #[default]
    Default, "type, base COLLATE NOCASE, name COLLATE NOCASE, format",
        "type DESC, base COLLATE NOCASE DESC, name COLLATE NOCASE DESC, format DESC";
    /// Kind.
    Kind, "type", "type DESC";
    /// Base.
    Base, "base COLLATE NOCASE", "base COLLATE NOCASE DESC";
    /// Name.
    Name, "name COLLATE NOCASE", "name COLLATE NOCASE DESC";
    /// Format.
    Format, "format", "format DESC";
    /// Bytes on disk.
    Size, "ifnull(file_size, 0)", "ifnull(file_size, 0) DESC";
    /// Time of installation.
    Added, "created_at", "created_at DESC";
    /// Time of the last change.
    Modified, "updated_at", "updated_at DESC";
    /// Path.
    Path, "path", "path DESC";
}

/// The models of a scope that a filter lets through.
pub fn list(
    tx: &ReadTx<'_>,
    scope: &Scope,
    filter: &ModelFilter,
    order: ModelOrder,
    descending: bool,
) -> Result<Vec<ModelRecord>, StorageError> {
    let mut statement = tx.sql().prepare_cached(list_sql(order, descending))?;
    let parameters = named_params! {
        ":user": scope.owner().map(UserId::as_str),
        ":name": filter.name,
        ":base": filter.base,
        ":kind": filter.kind,
        ":format": filter.format,
        ":hash": filter.hash,
    };
    let models = statement.query_map(parameters, row_to_model)?;
    Ok(models.filter_map(Result::transpose).collect::<Result<_, _>>()?)
}

/// What became of a new record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// It is there.
    Added,
    /// Another model has this path; nothing was changed.
    PathTaken,
    /// Another model has this key; nothing was changed.
    KeyTaken,
}

/// Adds a model, unless its path or its key is taken.
pub fn insert(tx: &Tx<'_>, grant: &Grant<Model, Manage>, config: &serde_json::Value) -> Result<Inserted, StorageError> {
    let key = grant.id().as_str();
    let taken = |sql, value: &str| tx.sql().prepare_cached(sql)?.exists([value]);
    if taken("SELECT 1 FROM models WHERE path = ?1", config["path"].as_str().unwrap_or_default())? {
        return Ok(Inserted::PathTaken);
    }
    if taken("SELECT 1 FROM models WHERE id = ?1", key)? {
        return Ok(Inserted::KeyTaken);
    }
    let mut statement = tx.sql().prepare_cached(include_str!("insert.sql"))?;
    statement.execute(named_params! { ":key": key, ":config": config.to_string(), ":now": SqlTime(tx.now()) })?;
    Ok(Inserted::Added)
}

/// Replaces a model's record. Says whether there was one.
pub fn update(tx: &Tx<'_>, grant: &Grant<Model, Manage>, config: &serde_json::Value) -> Result<bool, StorageError> {
    let mut statement = tx.sql().prepare_cached("UPDATE models SET config = ?2 WHERE id = ?1")?;
    Ok(statement.execute(params![grant.id().as_str(), config.to_string()])? > 0)
}

/// Deletes a model's record. Says whether there was one.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Model, Manage>) -> Result<bool, StorageError> {
    Ok(tx.sql().prepare_cached("DELETE FROM models WHERE id = ?1")?.execute([grant.id().as_str()])? > 0)
}
