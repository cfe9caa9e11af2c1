//! What remains of an account that is removed from a server the reference left behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use invoke_domain::{OsRandom, SystemClock, UserId};
use invoke_permissions::{Actor, policy};
use invoke_storage::users::{self, Content};
use invoke_storage::{Database, StorageSettings};
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn without_alice(content: Content<'_>) -> (TempDir, Connection, UserId) {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("invokeai.db");
    let fixture = "../../tests/fixtures/reference/databases/multiuser-6.14.2.db";
    std::fs::write(&path, std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture)).unwrap()).unwrap();
    let db = Database::open(&StorageSettings::file(&path), Arc::new(SystemClock), &OsRandom).unwrap();
    let alice = db.read(|tx| users::find_by_email(tx, "alice@example.com")).unwrap().unwrap().0.id;
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::delete(tx, &grant, &alice, content)).unwrap();
    drop(db);
    (folder, Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap(), alice)
}

fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// How many rows of any table name the account as their owner.
fn owned(connection: &Connection, user: &UserId) -> i64 {
    let tables = "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = 'user_id'";
    let mut statement = connection.prepare(tables).unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() > 8, "{names:?}");
    names.iter().map(|table| count(connection, &format!("SELECT count(*) FROM {table} WHERE user_id = '{user}'"))).sum()
}

#[test]
fn nothing_of_it_is_left_and_its_files_are_noted() {
    let (_folder, connection, alice) = without_alice(Content::Delete);
    assert_eq!(owned(&connection, &alice), 0);
    // Four of the eight boards were hers.
    assert_eq!(count(&connection, "SELECT count(*) FROM boards"), 4);
    assert_eq!(count(&connection, "SELECT count(*) FROM users"), 3);
    let noted = count(&connection, "SELECT count(*) FROM pending_file_deletions WHERE reason = 'deleted'");
    assert_eq!(noted, 21 - count(&connection, "SELECT count(*) FROM images"));
    assert!(noted > 0);
    assert_eq!(count(&connection, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}

#[test]
fn what_it_owned_can_go_to_somebody_else() {
    let system = UserId::system();
    let (_folder, connection, alice) = without_alice(Content::Transfer(&system));
    assert_eq!(owned(&connection, &alice), 0);
    assert_eq!(count(&connection, "SELECT count(*) FROM boards WHERE user_id = 'system'"), 4);
    assert_eq!(count(&connection, "SELECT count(*) FROM images"), 21);
    assert_eq!(count(&connection, "SELECT count(*) FROM pending_file_deletions"), 0);
    assert_eq!(count(&connection, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
}
