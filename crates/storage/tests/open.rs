//! What opening does to files: new ones, those of the reference, and those that must be left alone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod shape;

use invoke_domain::{Clock, OsRandom, SystemClock};
use invoke_permissions::{Actor, policy};
use invoke_storage::{Database, StorageError, StorageSettings, app_settings, users};
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use shape::{column, shape};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/reference/databases")
}

/// A folder with a copy of the fixture as `invokeai.db`.
fn folder_with(fixture: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invokeai.db");
    std::fs::write(&path, std::fs::read(fixtures().join(fixture)).unwrap()).unwrap();
    (folder, path)
}

fn open(path: &Path) -> Result<Database, StorageError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    Database::open(&StorageSettings::file(path), clock, &OsRandom)
}

fn look(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// Names and hashes of all files in a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let hash = Sha256::digest(std::fs::read(&path).unwrap()).to_vec();
            (path.file_name().unwrap().to_string_lossy().into_owned(), hash)
        })
        .collect()
}

fn backups(folder: &Path) -> Vec<String> {
    contents(folder).into_keys().filter(|name| name.starts_with("invokeai_backup_")).collect()
}

#[test]
fn a_new_file_has_the_schema_and_the_bookkeeping_of_the_reference() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("databases/invokeai.db");
    drop(open(&path).unwrap());
    let (_kept, reference) = folder_with("multiuser-6.14.2.db");
    let (ours, theirs) = (look(&path), look(&reference));
    let (own, reference) = (shape(&ours), shape(&theirs));
    let tables = column(&theirs, "SELECT name FROM sqlite_master WHERE type = 'table'");
    for (table, name) in column(&ours, "SELECT tbl_name FROM sqlite_master ORDER BY rowid")
        .into_iter()
        .zip(column(&ours, "SELECT type || ' ' || name FROM sqlite_master ORDER BY rowid"))
    {
        let name = name.trim_start_matches("Text(\"").trim_end_matches("\")");
        let known = reference.contains_key(name) || name.contains("sqlite_autoindex");
        assert!(known || !tables.contains(&table), "{name} is no business of ours: {table} belongs to the reference");
    }
    for (name, facts) in &reference {
        assert_eq!(own.get(name), Some(facts), "{name}");
    }
    for sql in [
        "SELECT version FROM migrations ORDER BY version",
        "SELECT migration_id || coalesce(legacy_version, '') FROM applied_migrations ORDER BY rowid",
        "SELECT id || name || user_id || is_public FROM system_prompts WHERE user_id = 'system' ORDER BY id",
        "SELECT user_id || email || display_name || password_hash || is_admin || is_active || token_epoch
         FROM users WHERE user_id = 'system'",
    ] {
        assert_eq!(column(&ours, sql), column(&theirs, sql), "{sql}");
    }
    let secret: String =
        ours.query_row("SELECT value FROM app_settings WHERE key = 'jwt_secret'", [], |row| row.get(0)).unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    assert_eq!(backups(path.parent().unwrap()), Vec::<String>::new());
}

#[test]
fn the_committed_schema_is_that_of_a_new_database() {
    assert_eq!(
        invoke_storage::schema().unwrap(),
        include_str!("../../../migrations/schema.sql"),
        "run: cargo run -p invoke-storage --example schema > migrations/schema.sql"
    );
}

#[test]
fn every_migration_file_has_its_number_and_is_applied() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".sql") && name != "schema.sql")
        .collect();
    files.sort();
    for (number, file) in (1..).zip(&files) {
        assert!(file.starts_with(&format!("{number:04}_")), "{file}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(open(&path).unwrap());
    let applied = column(&look(&path), "SELECT name || '.sql' FROM invokeai_rs_migrations ORDER BY name");
    assert_eq!(applied, files.iter().map(|file| format!("Text({file:?})")).collect::<Vec<_>>());
}

#[test]
fn a_file_of_the_reference_is_copied_once_and_keeps_everything() {
    let (folder, path) = folder_with("multiuser-6.14.2.db");
    let original = std::fs::read(&path).unwrap();
    let before: Vec<_> = ["boards", "images", "session_queue", "users", "applied_migrations", "migrations", "models"]
        .iter()
        .map(|table| column(&look(&path), &format!("SELECT count(*) FROM {table}")))
        .collect();
    let secret = "SELECT value FROM app_settings WHERE key = 'jwt_secret'";
    let secret_before = column(&look(&path), secret);

    let db = open(&path).unwrap();
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    let emails: Vec<String> =
        db.read(|tx| users::list(tx, &grant)).unwrap().into_iter().map(|user| user.email).collect();
    assert_eq!(emails, ["bob@example.com", "alice@example.com", "admin@example.com", "system@system.invokeai"]);
    drop(db);
    let copies = backups(folder.path());
    assert_eq!(copies.len(), 1);
    let stamp = copies[0].strip_prefix("invokeai_backup_").unwrap().strip_suffix(".db").unwrap();
    assert!(stamp.len() == 15 && stamp.as_bytes()[8] == b'-', "{stamp}");
    let copy = look(&folder.path().join(&copies[0]));
    assert_eq!(shape(&copy), shape(&look(&folder_from(&original).1)));
    assert_eq!(column(&copy, "PRAGMA integrity_check"), ["Text(\"ok\")"]);

    drop(open(&path).unwrap());
    assert_eq!(backups(folder.path()), copies, "the second opening changes nothing, so it copies nothing");
    let after: Vec<_> = ["boards", "images", "session_queue", "users", "applied_migrations", "migrations", "models"]
        .iter()
        .map(|table| column(&look(&path), &format!("SELECT count(*) FROM {table}")))
        .collect();
    assert_eq!((before, secret_before), (after, column(&look(&path), secret)));
}

fn folder_from(bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invokeai.db");
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

#[test]
fn commits_that_still_lie_in_the_journal_are_seen() {
    let (folder, path) = folder_with("multiuser-6.14.2.db");
    drop(open(&path).unwrap());
    let db = open(&path).unwrap();
    let grant = policy::manage_settings(&Actor::operator()).unwrap();
    db.write(|tx| app_settings::update(tx, &grant, "probe", "1")).unwrap();
    // What kill -9 leaves: the file and its journal, as they are now.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["invokeai.db", "invokeai.db-wal"] {
        std::fs::copy(folder.path().join(name), crashed.path().join(name)).unwrap();
    }
    let again = open(&crashed.path().join("invokeai.db")).unwrap();
    assert_eq!(again.read(|tx| app_settings::get(tx, "probe")).unwrap().as_deref(), Some("1"));
    assert_eq!(backups(crashed.path()), Vec::<String>::new());
}

#[test]
fn an_empty_file_counts_as_new() {
    let (folder, path) = folder_from(b"");
    let db = open(&path).unwrap();
    assert!(db.read(|tx| app_settings::get(tx, app_settings::JWT_SECRET)).unwrap().is_some());
    assert_eq!(backups(folder.path()), Vec::<String>::new());
}

/// Opens a copy of a fixture, which must be refused with this reason and left exactly as it was.
fn refused(fixture: &str, reason: &str) {
    let (folder, path) = folder_with(fixture);
    refused_at(&folder, &path, reason);
}

fn refused_at(folder: &TempDir, path: &Path, reason: &str) {
    let before = contents(folder.path());
    let message = open(path).unwrap_err().to_string();
    assert!(message.contains(reason), "{message}");
    assert!(message.contains("invokeai.db`"), "the message names the file: {message}");
    assert_eq!(contents(folder.path()), before, "nothing changed, nothing added");
}

#[test]
fn a_truncated_file_is_left_alone() {
    refused("bad/truncated.db", "database disk image is malformed");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    refused("bad/not_a_database.db", "file is not a database");
}

#[test]
fn a_file_of_a_newer_release_is_left_alone() {
    let reason = "Database contains unknown applied migration IDs: 2027_01_01_from_the_future";
    refused("bad/newer_named_migration.db", reason);
    refused("bad/newer_numbered_migration.db", "Database contains unknown legacy migration version: 99");
}

#[test]
fn a_file_that_contradicts_itself_is_left_alone() {
    let reason = "Database contains inconsistent applied migration state: migration_30 is applied, but legacy version 30 is missing";
    refused("bad/inconsistent_migrations.db", reason);
}

#[test]
fn a_command_that_knows_no_model_files_leaves_a_file_of_an_older_release_to_the_server() {
    refused("single-6.9.0.db", "written by an older release of InvokeAI (at migration 24 of 33)");
}

#[test]
fn a_file_of_before_the_oldest_release_that_can_be_upgraded_is_left_alone() {
    let (folder, path) = changed("single-5.9.1.db", "DELETE FROM migrations WHERE version > 12");
    refused_at(&folder, &path, "written by a release of InvokeAI before 5.0 (at migration 12)");
}

#[test]
fn a_file_with_a_gap_in_its_history_is_left_alone() {
    let (folder, path) = changed("single-5.9.1.db", "DELETE FROM migrations WHERE version = 11");
    refused_at(&folder, &path, "legacy version 18 is recorded, but 11 is missing");
}

/// Changes a fixture with SQL before it is opened.
fn changed(fixture: &str, sql: &str) -> (TempDir, PathBuf) {
    let (folder, path) = folder_with(fixture);
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection.execute_batch(sql).unwrap();
    drop(connection);
    (folder, path)
}

#[test]
fn other_contradictions_and_foreign_files_are_left_alone_too() {
    let (folder, path) = changed(
        "multiuser-6.14.2.db",
        "UPDATE applied_migrations SET legacy_version = NULL WHERE migration_id = 'migration_7'",
    );
    refused_at(&folder, &path, "migration_7 is recorded with legacy version None, expected 7");
    let (folder, path) = folder_from(b"");
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    drop(connection);
    refused_at(&folder, &path, "none that says which migrations were applied");
}

#[test]
fn a_file_with_a_step_of_ours_from_the_future_is_left_alone() {
    let (folder, path) = folder_with("multiuser-6.14.2.db");
    drop(open(&path).unwrap());
    let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
    connection.execute("INSERT INTO invokeai_rs_migrations (name) VALUES ('9999_later')", []).unwrap();
    drop(connection);
    refused_at(&folder, &path, "unknown applied migration IDs: 9999_later");
}

#[test]
fn a_name_with_signs_that_mean_something_in_addresses_is_just_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("100% of? my #1 files/invokeai.db");
    drop(open(&path).unwrap());
    drop(open(&path).unwrap());
    assert!(path.is_file());
}

#[test]
fn a_failed_transaction_leaves_nothing_behind() {
    for settings in [StorageSettings::memory(), StorageSettings::file(tempfile::tempdir().unwrap().path().join("a.db"))]
    {
        let db = Database::open(&settings, Arc::new(SystemClock), &OsRandom).unwrap();
        let grant = policy::manage_settings(&Actor::operator()).unwrap();
        let failed: Result<(), StorageError> = db.write(|tx| {
            app_settings::update(tx, &grant, "probe", "1")?;
            Err(StorageError::Nested)
        });
        assert!(failed.is_err());
        assert_eq!(db.read(|tx| app_settings::get(tx, "probe")).unwrap(), None);
    }
}

#[test]
fn a_transaction_within_a_transaction_is_an_error_instead_of_a_deadlock() {
    let db = Database::open(&StorageSettings::memory(), Arc::new(SystemClock), &OsRandom).unwrap();
    let inner = db.write(|_| db.read(|tx| app_settings::get(tx, "probe")));
    assert!(matches!(inner, Err(StorageError::Nested)));
    assert!(db.read(|tx| app_settings::get(tx, "probe")).is_ok());
}

#[test]
fn readers_go_on_while_one_writes_and_see_what_was_committed() {
    let folder = tempfile::tempdir().unwrap();
    let db = open(&folder.path().join("a.db")).unwrap();
    let grant = policy::manage_settings(&Actor::operator()).unwrap();
    db.write(|tx| {
        app_settings::update(tx, &grant, "probe", "new")?;
        let reader = db.clone();
        let seen = std::thread::spawn(move || reader.read(|tx| app_settings::get(tx, "probe"))).join().unwrap();
        assert_eq!(seen?, None);
        Ok::<_, StorageError>(())
    })
    .unwrap();
    assert_eq!(db.read(|tx| app_settings::get(tx, "probe")).unwrap().as_deref(), Some("new"));
}

#[test]
fn another_process_that_writes_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let (server, command) = (open(&path).unwrap(), open(&path).unwrap());
    let grant = policy::manage_settings(&Actor::operator()).unwrap();
    let before = server.data_version().unwrap();
    server.write(|tx| app_settings::update(tx, &grant, "own", "1")).unwrap();
    assert_eq!(server.data_version().unwrap(), before);
    command.write(|tx| app_settings::update(tx, &grant, "theirs", "1")).unwrap();
    assert_ne!(server.data_version().unwrap(), before);
}
