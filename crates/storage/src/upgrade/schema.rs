//! The final schema as a database in memory: what is missing in an older file is taken from here.

use super::Failure;
use rusqlite::{Connection, OptionalExtension as _};

/// Names that differ between files and mean nothing.
const OBJECTS: &str = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'";

pub(super) struct FinalSchema(Connection);

impl FinalSchema {
    pub(super) fn load() -> Result<Self, rusqlite::Error> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(include_str!("../../../../migrations/0001_reference_schema.sql"))?;
        Ok(Self(connection))
    }

    /// Makes the table, its indices and its triggers, each where it is missing.
    pub(super) fn make_table(&self, target: &Connection, table: &str) -> Result<(), rusqlite::Error> {
        let sql =
            "SELECT name FROM sqlite_master WHERE tbl_name = ?1 AND sql IS NOT NULL ORDER BY type <> 'table', rowid";
        let mut parts = self.0.prepare(sql)?;
        let names: Vec<String> = parts.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?;
        // A trigger of the same name as a table exists, so kinds matter: tables come first, then the rest.
        names.iter().try_for_each(|name| self.make(target, name))
    }

    /// Makes every object of this name that is missing.
    pub(super) fn make(&self, target: &Connection, name: &str) -> Result<(), rusqlite::Error> {
        let mut objects = self.0.prepare(
            "SELECT type, sql FROM sqlite_master WHERE name = ?1 AND sql IS NOT NULL ORDER BY type <> 'table'",
        )?;
        let objects: Vec<(String, String)> =
            objects.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (kind, sql) in objects {
            if !exists(target, &kind, name)? {
                target.execute_batch(&sql)?;
            }
        }
        Ok(())
    }

    /// The system prompts every database begins with, where they are missing.
    pub(super) fn copy_system_prompts(&self, target: &Connection) -> Result<(), rusqlite::Error> {
        let mut prompts =
            self.0.prepare("SELECT id, name, content, user_id, is_public FROM system_prompts ORDER BY id")?;
        let mut insert = target.prepare(
            "INSERT OR IGNORE INTO system_prompts (id, name, content, user_id, is_public) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        let mut rows = prompts.query([])?;
        while let Some(row) = rows.next()? {
            let text = |column| row.get::<_, String>(column);
            insert.execute((text(0)?, text(1)?, text(2)?, text(3)?, row.get::<_, bool>(4)?))?;
        }
        Ok(())
    }

    /// An error that names what the file lacks after all steps: it was not what its bookkeeping said.
    pub(super) fn compare(&self, file: &Connection) -> Result<(), Failure> {
        let mut objects = self.0.prepare(OBJECTS)?;
        let objects: Vec<(String, String)> =
            objects.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        for (kind, name) in objects {
            if !exists(file, &kind, &name)? {
                return Err(format!("the file has no {kind} `{name}`").into());
            }
            if kind != "table" {
                continue;
            }
            let (wanted, found) = (columns(&self.0, &name)?, columns(file, &name)?);
            if let Some(column) = wanted.iter().find(|column| !found.contains(column)) {
                return Err(format!("the file has no column `{column}` in table `{name}`").into());
            }
        }
        Ok(())
    }
}

pub(super) fn has_column(connection: &Connection, table: &str, column: &str) -> Result<bool, rusqlite::Error> {
    Ok(columns(connection, table)?.iter().any(|name| name == column))
}

/// Generated columns included.
fn columns(connection: &Connection, table: &str) -> Result<Vec<String>, rusqlite::Error> {
    let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
    statement.query_map([table], |row| row.get(0))?.collect()
}

pub(super) fn exists(connection: &Connection, kind: &str, name: &str) -> Result<bool, rusqlite::Error> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = ?1 AND name = ?2";
    Ok(connection.query_row(sql, [kind, name], |_| Ok(())).optional()?.is_some())
}
