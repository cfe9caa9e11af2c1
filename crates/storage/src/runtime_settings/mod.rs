//! Settings changed while the server runs; they override the configuration file, which is the user's and stays as it is.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_permissions::{Grant, Manage, RuntimeSettings};
use rusqlite::params;

/// All of them, key and value (JSON text), in order of key.
pub fn list(tx: &ReadTx<'_>) -> Result<Vec<(String, String)>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT key, value FROM runtime_settings ORDER BY key")?;
    Ok(statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?)
}

/// Overrides `key` with `value` (JSON text).
pub fn update(
    tx: &Tx<'_>,
    _grant: &Grant<RuntimeSettings, Manage>,
    key: &str,
    value: &str,
) -> Result<(), StorageError> {
    let sql = "INSERT OR REPLACE INTO runtime_settings (key, value, updated_at) VALUES (?1, ?2, ?3)";
    tx.sql().prepare_cached(sql)?.execute(params![key, value, SqlTime(tx.now())])?;
    Ok(())
}

/// Lets the configuration file decide about `key` again.
pub fn delete(tx: &Tx<'_>, _grant: &Grant<RuntimeSettings, Manage>, key: &str) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM runtime_settings WHERE key = ?1")?.execute([key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::testing::memory;
    use invoke_permissions::{Actor, policy};

    #[test]
    fn an_override_is_kept_replaced_and_taken_back() {
        let db = memory();
        let grant = policy::manage_settings(&Actor::operator()).unwrap();
        db.write(|tx| {
            super::update(tx, &grant, "max_queue_history", "5")?;
            super::update(tx, &grant, "max_queue_history", "7")?;
            super::update(tx, &grant, "image_subfolder_strategy", "\"date\"")
        })
        .unwrap();
        let date = ("image_subfolder_strategy".to_owned(), "\"date\"".to_owned());
        let history = ("max_queue_history".to_owned(), "7".to_owned());
        assert_eq!(db.read(super::list).unwrap(), [date, history.clone()]);
        db.write(|tx| super::delete(tx, &grant, "image_subfolder_strategy")).unwrap();
        assert_eq!(db.read(super::list).unwrap(), [history]);
    }
}
