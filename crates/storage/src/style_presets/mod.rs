//! Style presets: a name and two prompts each. A row whose prompts cannot be read is left out of listings, so that one bad
//! row does not take the others along.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::{PresetId, StylePreset, UserId};
use invoke_permissions::{Delete, Edit, Grant, Manage, Preset, PresetFacts, Presets, Scope, Shipped, View};
use rusqlite::{OptionalExtension, Row, named_params};
use serde_json::json;

#[cfg(test)]
pub(crate) mod tests;

fn owner(row: &Row<'_>) -> rusqlite::Result<UserId> {
    Ok(row.get::<_, Option<String>>("user_id")?.map_or_else(UserId::system, UserId))
}

fn is_default(row: &Row<'_>) -> rusqlite::Result<bool> {
    Ok(row.get::<_, String>("type")? == "default")
}

fn row_to_preset(row: &Row<'_>) -> rusqlite::Result<StylePreset> {
    Ok(StylePreset {
        id: PresetId(row.get("id")?),
        user_id: owner(row)?,
        name: row.get("name")?,
        positive_prompt: row.get("positive_prompt")?,
        negative_prompt: row.get("negative_prompt")?,
        is_default: is_default(row)?,
        is_public: row.get("is_public")?,
    })
}

/// The two prompts as their column holds them.
fn data(preset: &StylePreset) -> String {
    json!({ "positive_prompt": preset.positive_prompt, "negative_prompt": preset.negative_prompt }).to_string()
}

/// What decides about a preset; `None` when there is none of this id.
pub fn facts(tx: &ReadTx<'_>, id: &PresetId) -> Result<Option<PresetFacts>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT user_id, type, is_public FROM style_presets WHERE id = ?1")?;
    let row = statement.query_row([id.as_str()], |row| {
        Ok(PresetFacts {
            id: id.clone(),
            owner: owner(row)?,
            is_public: row.get("is_public")?,
            is_default: is_default(row)?,
        })
    });
    Ok(row.optional()?)
}

/// A preset; `None` when it went away since its facts were read.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Preset, View>) -> Result<Option<StylePreset>, StorageError> {
    let sql = concat!(include_str!("select.sql"), "WHERE id = ?1 AND json_valid(preset_data)");
    Ok(tx.sql().prepare_cached(sql)?.query_row([grant.id().as_str()], row_to_preset).optional()?)
}

/// The presets of a scope, and those everybody may use, by name.
pub fn list(tx: &ReadTx<'_>, scope: &Scope) -> Result<Vec<StylePreset>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), include_str!("visible.sql")))?;
    let owner = scope.owner().map(UserId::as_str);
    Ok(statement.query_map([owner], row_to_preset)?.collect::<Result<_, _>>()?)
}

/// Everybody's own presets, without the defaults, by name.
pub fn list_by_users(tx: &ReadTx<'_>, _grant: &Grant<Presets, Manage>) -> Result<Vec<StylePreset>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), include_str!("by_users.sql")))?;
    Ok(statement.query_map([], row_to_preset)?.collect::<Result<_, _>>()?)
}

/// Adds a preset of somebody's own. Everybody may have some, so there is no grant for that: the owner must be the one who
/// asked.
pub fn insert(tx: &Tx<'_>, preset: &StylePreset) -> Result<(), StorageError> {
    insert_as(tx, preset, "user")
}

/// Adds a preset for everybody.
pub fn insert_default(tx: &Tx<'_>, _grant: &Grant<Presets, Manage>, preset: &StylePreset) -> Result<(), StorageError> {
    insert_as(tx, preset, "default")
}

fn insert_as(tx: &Tx<'_>, preset: &StylePreset, kind: &str) -> Result<(), StorageError> {
    users::must_exist(tx, &preset.user_id)?;
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":id": preset.id.as_str(),
        ":name": preset.name,
        ":preset_data": data(preset),
        ":type": kind,
        ":user_id": preset.user_id.as_str(),
        ":is_public": preset.is_public,
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}

/// Replaces name, prompts and who may use it; the kind and the owner stay.
pub fn update(tx: &Tx<'_>, grant: &Grant<Preset, Edit>, preset: &StylePreset) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("update.sql"))?.execute(named_params! {
        ":id": grant.id().as_str(),
        ":name": preset.name,
        ":preset_data": data(preset),
        ":is_public": preset.is_public,
    })?;
    Ok(())
}

/// Deletes a preset.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Preset, Delete>) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM style_presets WHERE id = ?1")?.execute([grant.id().as_str()])?;
    Ok(())
}

/// Makes `presets` the ones that come with the program: adds, renews and removes. Defaults that an administrator added
/// stay.
pub fn sync_shipped(tx: &Tx<'_>, _grant: &Grant<Shipped, Manage>, presets: &[StylePreset]) -> Result<(), StorageError> {
    let ids = serde_json::Value::from(presets.iter().map(|preset| preset.id.as_str()).collect::<Vec<_>>()).to_string();
    tx.sql().prepare_cached(include_str!("delete_shipped.sql"))?.execute([ids])?;
    for preset in presets {
        tx.sql().prepare_cached(include_str!("put_shipped.sql"))?.execute(named_params! {
            ":id": preset.id.as_str(),
            ":name": preset.name,
            ":preset_data": data(preset),
            ":now": SqlTime(tx.now()),
        })?;
    }
    Ok(())
}
