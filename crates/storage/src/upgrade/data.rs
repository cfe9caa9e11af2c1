//! Steps that change rows and cannot be said in one statement.

use super::schema::{exists, has_column};
use super::{Failure, Upgrade};
use rusqlite::OptionalExtension as _;
use serde_json::{Map, Value};

/// Step 27: what the page remembered, one JSON object so far, becomes one row a key, of the user `system`.
pub(super) fn split_client_state(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let connection = upgrade.connection;
    let mut remembered = Map::new();
    if exists(connection, "table", "client_state")? && !has_column(connection, "client_state", "user_id")? {
        if has_column(connection, "client_state", "data")? {
            let sql = "SELECT data FROM client_state WHERE id = 1";
            let text: Option<String> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
            // What cannot be read cannot be kept; the page starts afresh, as with the reference.
            remembered = text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        }
        connection.execute_batch("DROP TABLE client_state")?;
    }
    upgrade.schema.make_table(connection, "client_state")?;
    let mut insert =
        connection.prepare("INSERT OR REPLACE INTO client_state (user_id, key, value) VALUES ('system', ?1, ?2)")?;
    for (key, value) in remembered {
        let value = match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        insert.execute((key, value))?;
    }
    Ok(())
}

/// Step 27: the key that tokens are signed with.
pub(super) fn make_secret(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let sql = "INSERT OR IGNORE INTO app_settings (key, value) VALUES ('jwt_secret', ?1)";
    upgrade.connection.execute(sql, [upgrade.secret])?;
    Ok(())
}

/// Step 28: whoever could open the page saw every workflow, so all that are there become public. They are
/// taken back when the server first runs for several people: `crate::modes`.
pub(super) fn publish_workflows(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    if !has_column(upgrade.connection, "workflow_library", "is_public")? {
        upgrade.connection.execute_batch(
            "ALTER TABLE workflow_library ADD COLUMN is_public BOOLEAN NOT NULL DEFAULT FALSE;
             UPDATE workflow_library SET is_public = TRUE WHERE user_id = 'system'",
        )?;
    }
    Ok(())
}

/// Step 29: public or not becomes one of three words.
pub(super) fn name_board_visibility(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    if !has_column(upgrade.connection, "boards", "board_visibility")? {
        upgrade.connection.execute_batch(
            "ALTER TABLE boards ADD COLUMN board_visibility TEXT NOT NULL DEFAULT 'private';
             UPDATE boards SET board_visibility = 'public' WHERE is_public = 1",
        )?;
    }
    Ok(())
}

/// Step 32: the reference's own step 22 left this table referring to a table that is gone. Rows whose models are gone as
/// well could not be kept by the mended references.
pub(super) fn mend_model_relationships(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    let connection = upgrade.connection;
    let sql = "SELECT sql LIKE '%models_old%' FROM sqlite_master WHERE type = 'table' AND name = 'model_relationships'";
    if connection.query_row(sql, [], |row| row.get(0)).optional()? == Some(true) {
        connection.execute_batch(
            "CREATE TEMP TABLE kept_relationships AS
                 SELECT model_key_1, model_key_2, created_at FROM model_relationships;
             DROP TABLE model_relationships",
        )?;
        upgrade.schema.make_table(connection, "model_relationships")?;
        connection.execute_batch(
            "INSERT INTO model_relationships (model_key_1, model_key_2, created_at)
                 SELECT model_key_1, model_key_2, created_at FROM kept_relationships
                 WHERE model_key_1 IN (SELECT id FROM models) AND model_key_2 IN (SELECT id FROM models);
             DROP TABLE kept_relationships",
        )?;
    }
    Ok(())
}

pub(super) fn add_system_prompts(upgrade: &mut Upgrade<'_>) -> Result<(), Failure> {
    Ok(upgrade.schema.copy_system_prompts(upgrade.connection)?)
}
