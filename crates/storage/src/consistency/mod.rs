//! Whether rows agree with each other, and which files rows speak of. For the operator's check; whatever is asked here is
//! about everybody's rows, so all of it takes the right to manage the installation.

use crate::{ReadTx, StorageError, Tx, maintenance};
use invoke_domain::ImageName;
use invoke_permissions::{Grant, Manage, RuntimeSettings};

type Operator = Grant<RuntimeSettings, Manage>;

/// An owner that no account has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOwner {
    /// The table.
    pub table: String,
    /// The row's id.
    pub id: String,
    /// The owner it names, if it names one.
    pub owner: Option<String>,
}

/// Damage of the file, and rows that refer to others that do not exist; one sentence each.
pub fn list_damage(tx: &ReadTx<'_>, _: &Operator) -> Result<Vec<String>, StorageError> {
    Ok(maintenance::damage(tx.sql())?)
}

/// Rows that belong to no account.
pub fn list_unknown_owners(tx: &ReadTx<'_>, _: &Operator) -> Result<Vec<UnknownOwner>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("unknown_owners.sql"))?;
    let rows = statement.query_map([], |row| {
        let id = match row.get_ref(1)? {
            rusqlite::types::ValueRef::Integer(number) => number.to_string(),
            _ => row.get(1)?,
        };
        Ok(UnknownOwner { table: row.get(0)?, id, owner: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ids of boards whose two columns about visibility contradict each other, with what they say.
pub fn list_contradictory_boards(tx: &ReadTx<'_>, _: &Operator) -> Result<Vec<(String, String)>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("contradictory_boards.sql"))?;
    let rows = statement.query_map([], |row| {
        let (visibility, is_public): (String, bool) = (row.get(1)?, row.get(2)?);
        Ok((row.get(0)?, format!("visibility `{visibility}`, is_public {is_public}")))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Calls `visit` with name and subfolder of every image.
pub fn visit_images(
    tx: &ReadTx<'_>,
    _: &Operator,
    mut visit: impl FnMut(ImageName, String),
) -> Result<(), StorageError> {
    let mut statement =
        tx.sql().prepare_cached("SELECT image_name, image_subfolder FROM images ORDER BY image_name")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        visit(ImageName(row.get(0)?), row.get(1)?);
    }
    Ok(())
}

/// Whether an image of this name lies in this subfolder.
pub fn has_image(tx: &ReadTx<'_>, _: &Operator, name: &str, subfolder: &str) -> Result<bool, StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM images WHERE image_name = ?1 AND image_subfolder = ?2)";
    Ok(tx.sql().prepare_cached(sql)?.query_row([name, subfolder], |row| row.get(0))?)
}

/// Whether an image with a thumbnail of this stem (`name` without its extension) lies in this subfolder.
pub fn has_thumbnail(tx: &ReadTx<'_>, _: &Operator, stem: &str, subfolder: &str) -> Result<bool, StorageError> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM images WHERE image_name >= ?1 AND image_name < ?2 AND image_subfolder = ?3)";
    // Every name that begins with the stem and a dot: the slash is the sign after the dot.
    Ok(tx
        .sql()
        .prepare_cached(sql)?
        .query_row([&format!("{stem}."), &format!("{stem}/"), subfolder], |row| row.get(0))?)
}

/// What may have a picture of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictured {
    /// A workflow.
    Workflow,
    /// A style preset.
    StylePreset,
    /// A model.
    Model,
}

/// Whether there is one of this id.
pub fn is_there(tx: &ReadTx<'_>, _: &Operator, pictured: Pictured, id: &str) -> Result<bool, StorageError> {
    let sql = match pictured {
        Pictured::Workflow => "SELECT EXISTS (SELECT 1 FROM workflow_library WHERE workflow_id = ?1)",
        Pictured::StylePreset => "SELECT EXISTS (SELECT 1 FROM style_presets WHERE id = ?1)",
        Pictured::Model => "SELECT EXISTS (SELECT 1 FROM models WHERE id = ?1)",
    };
    Ok(tx.sql().prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
}

/// Name and path of every model.
pub fn list_model_paths(tx: &ReadTx<'_>, _: &Operator) -> Result<Vec<(String, String)>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT name, path FROM models ORDER BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes rows that connect what is gone, gives what belongs to nobody to `system`, and settles contradictions towards
/// privacy.
pub fn mend(tx: &Tx<'_>, _: &Operator) -> Result<(), StorageError> {
    Ok(tx.sql().execute_batch(include_str!("mend.sql"))?)
}

/// Removes the row of an image whose file is gone.
pub fn forget_image(tx: &Tx<'_>, _: &Operator, name: &ImageName) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM images WHERE image_name = ?1")?.execute([name.as_str()])?;
    Ok(())
}

#[cfg(test)]
mod tests;
