//! Databases of older releases: what the reference's own upgrade made of each is what ours makes of it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod shape;

use invoke_domain::{OsRandom, SystemClock};
use invoke_storage::{Database, Rehearsal, StorageError, StorageSettings, backup};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde_json::{Map, Value, json};
use shape::{column, shape};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn reference() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/reference")
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A root directory with a database and model files.
struct Root(TempDir);

impl Root {
    fn new(files: &Value) -> Self {
        let root = Self(TempDir::new().unwrap());
        fs::create_dir_all(root.database().parent().unwrap()).unwrap();
        fs::create_dir_all(root.models()).unwrap();
        for (name, size) in files.as_object().unwrap() {
            let path = root.models().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![b'x'; usize::try_from(size.as_u64().unwrap()).unwrap()]).unwrap();
        }
        root
    }

    /// One of `legacy-states.json`.
    fn of_state(states: &Value, name: &str) -> Self {
        let state = &states["states"][name];
        let root = Self::new(&state["files"]);
        let file = Connection::open_with_flags(root.database(), OpenFlags::default()).unwrap();
        file.execute_batch("PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF; BEGIN").unwrap();
        for number in state["sql"].as_array().unwrap() {
            let sql = states["statements"][index(number)].as_str().unwrap();
            file.execute_batch(sql).unwrap_or_else(|error| panic!("{name}: {sql}: {error}"));
        }
        file.execute_batch("COMMIT").unwrap();
        root
    }

    /// `single-<version>.db`, and what is expected of it.
    fn of_release(version: &str) -> (Self, Value) {
        let databases = reference().join("databases");
        let expected = read_json(&databases.join(format!("single-{version}.expected.json")));
        let root = Self::new(&expected["models_before"]);
        fs::write(root.database(), fs::read(databases.join(format!("single-{version}.db"))).unwrap()).unwrap();
        (root, expected)
    }

    fn database(&self) -> PathBuf {
        self.0.path().join("databases/invokeai.db")
    }

    fn models(&self) -> PathBuf {
        self.0.path().join("models")
    }

    fn settings(&self) -> StorageSettings {
        StorageSettings { models_dir: Some(self.models()), ..StorageSettings::file(self.database()) }
    }

    fn open(&self) -> Result<Database, StorageError> {
        Database::open(&self.settings(), Arc::new(SystemClock), &OsRandom)
    }

    fn rehearse(&self) -> Rehearsal {
        Database::rehearse(&self.settings(), Arc::new(SystemClock), &OsRandom).unwrap().0
    }

    fn look(&self) -> Connection {
        Connection::open_with_flags(self.database(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    fn backups(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.database().parent().unwrap()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.to_string_lossy().contains("invokeai_backup_")).collect()
    }

    /// Model files with their sizes.
    fn files(&self) -> BTreeMap<String, u64> {
        let (mut found, mut folders) = (BTreeMap::new(), vec![self.models()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(self.models()).unwrap().to_str().unwrap().to_owned();
                    found.insert(name, fs::metadata(&path).unwrap().len());
                }
            }
        }
        found
    }

    fn empty_folders(&self) -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![self.models()]);
        while let Some(folder) = folders.pop() {
            let entries: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
            folders.extend(entries.iter().filter(|path| path.is_dir()).cloned());
            if entries.is_empty() {
                found.push(folder);
            }
        }
        found
    }
}

fn index(number: &Value) -> usize {
    usize::try_from(number.as_u64().unwrap()).unwrap()
}

fn sizes(files: &Value) -> BTreeMap<String, u64> {
    files.as_object().unwrap().iter().map(|(name, size)| (name.clone(), size.as_u64().unwrap())).collect()
}

/// A table's rows as the fixture script writes them: without columns that are NULL, sorted by their text.
fn rows(file: &Connection, table: &str, columns: Option<&[&str]>) -> BTreeSet<String> {
    const TIMES: [&str; 8] = [
        "created_at",
        "updated_at",
        "migrated_at",
        "shared_at",
        "started_at",
        "completed_at",
        "deleted_at",
        "expires_at",
    ];
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    let mut statement = file.prepare(&sql).unwrap();
    let all: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let wanted: Vec<&str> = match columns {
        Some(columns) => columns.to_vec(),
        None => all.iter().map(String::as_str).filter(|name| !TIMES.contains(name)).collect(),
    };
    let mut statement = file.prepare(&format!("SELECT {} FROM {table}", wanted.join(", "))).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut found = BTreeSet::new();
    while let Some(row) = rows.next().unwrap() {
        let mut object = Map::new();
        for (number, name) in wanted.iter().enumerate() {
            let value = match row.get_ref(number).unwrap() {
                ValueRef::Null => continue,
                ValueRef::Integer(number) => json!(number),
                ValueRef::Real(number) => json!(number),
                ValueRef::Text(text) => json!(std::str::from_utf8(text).unwrap()),
                ValueRef::Blob(_) => panic!("{table}.{name} holds bytes"),
            };
            object.insert((*name).to_owned(), value);
        }
        if table == "models" {
            let config: Value = serde_json::from_str(object["config"].as_str().unwrap()).unwrap();
            object.insert("config".to_owned(), config);
        }
        found.insert(sorted(&Value::Object(object)).to_string());
    }
    found
}

/// The same JSON with its keys in order, whatever they were in. How large a folder is depends on the file system.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<&String, Value> = fields.iter().map(|(key, value)| (key, sorted(value))).collect();
            fields.into_iter().map(|(key, value)| (key.clone(), value)).collect()
        }
        other => other.clone(),
    }
}

/// In models of nested folders the size of those counts too, and that differs between file systems.
fn without_sizes_of_folders(rows: BTreeSet<String>) -> BTreeSet<String> {
    let nested = |row: &Value| ["m-tiny", "m-zbase"].contains(&row["id"].as_str().unwrap_or_default());
    rows.into_iter()
        .map(|row| {
            let mut row: Value = serde_json::from_str(&row).unwrap();
            if nested(&row) {
                assert!(row["config"]["file_size"].as_i64().unwrap() > 0, "{row}");
                row["config"]["file_size"] = json!("some");
            }
            row.to_string()
        })
        .collect()
}

/// Tables of ours.
fn is_own(table: &str) -> bool {
    !include_str!("../../../migrations/0001_reference_schema.sql").contains(&format!("CREATE TABLE {table} ("))
}

fn tables(file: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut statement = file.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Same tables, columns, keys, indices and triggers as a new database has.
fn assert_final_schema(file: &Connection, name: &str) {
    let new = Root::new(&json!({}));
    drop(new.open().unwrap());
    let (mut wanted, mut found) = (shape(&new.look()), shape(file));
    for shape in [&mut wanted, &mut found] {
        shape.retain(|object, _| !object.contains("sqlite_"));
    }
    assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>(), "{name}");
    for (object, facts) in &wanted {
        assert_eq!(&found[object], facts, "{name}: {object}");
    }
}

fn whole(file: &Connection) -> bool {
    column(file, "PRAGMA integrity_check") == ["Text(\"ok\")"] && column(file, "PRAGMA foreign_key_check").is_empty()
}

#[test]
fn every_state_from_the_oldest_to_the_newest_becomes_what_the_reference_makes_of_it() {
    let states = read_json(&reference().join("legacy-states.json"));
    let names: Vec<&String> = states["states"].as_object().unwrap().keys().collect();
    assert_eq!(names.len(), 27);
    for name in names {
        let expected = &states["states"][name];
        let root = Root::of_state(&states, name);
        drop(root.open().unwrap_or_else(|error| panic!("{name}: {error:?}")));
        let file = root.look();
        assert_final_schema(&file, name);
        assert!(whole(&file), "{name}");
        for table in tables(&file).iter().filter(|table| !is_own(table)) {
            let columns = match table.as_str() {
                "app_settings" => Some(&["key"][..]),
                "system_prompts" => Some(&["id", "name", "user_id", "is_public"][..]),
                _ => None,
            };
            let mut found = rows(&file, table, columns);
            let numbers = expected["after"][table].as_array().unwrap_or_else(|| panic!("{name}: {table}"));
            let mut wanted: BTreeSet<String> =
                numbers.iter().map(|number| sorted(&states["rows"][index(number)]).to_string()).collect();
            match table.as_str() {
                "models" => {
                    found = without_sizes_of_folders(found);
                    wanted = without_sizes_of_folders(wanted);
                }
                // Step 22 of the reference deletes these with the table it rebuilds; here they are kept.
                "model_relationships" if ["state-20", "state-21"].contains(&name.as_str()) => {
                    assert!(wanted.is_empty());
                    wanted.insert(r#"{"model_key_1":"m-fill","model_key_2":"m-style"}"#.to_owned());
                }
                _ => {}
            }
            assert_eq!(found, wanted, "{name}: {table}");
        }
        assert_eq!(root.files(), sizes(&expected["files_after"]), "{name}");
        assert_eq!(root.empty_folders(), [""; 0].map(PathBuf::from), "{name}");
        assert_eq!(root.backups().len(), 1, "{name}");
        assert!(!shape(&connection(&root.backups()[0])).contains_key("table invokeai_rs_migrations"), "{name}");
        drop(root.open().unwrap());
        assert_eq!(root.backups().len(), 1, "{name}: the second opening has nothing to do");
    }
}

fn connection(path: &Path) -> Connection {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
}

/// The rows of a query as JSON lists.
fn listed(file: &Connection, sql: &str) -> Vec<Value> {
    let mut statement = file.prepare(sql).unwrap();
    let count = statement.column_count();
    let rows = statement.query_map([], |row| {
        let values = (0..count).map(|number| {
            Ok(match row.get_ref(number)? {
                ValueRef::Integer(number) => json!(number),
                ValueRef::Text(text) => json!(String::from_utf8_lossy(text)),
                _ => Value::Null,
            })
        });
        values.collect::<Result<Vec<_>, rusqlite::Error>>().map(Value::from)
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn as_set(values: &Value) -> BTreeSet<String> {
    values.as_array().unwrap().iter().map(Value::to_string).collect()
}

#[test]
fn recorded_installations_become_what_the_reference_made_of_them() {
    for version in ["5.9.1", "6.9.0"] {
        let (root, expected) = Root::of_release(version);
        drop(root.open().unwrap());
        let file = root.look();
        assert_final_schema(&file, version);
        assert!(whole(&file));
        for (table, count) in expected["row_counts_after_migration"].as_object().unwrap() {
            let sql = format!("SELECT count(*) FROM {table}");
            assert_eq!(listed(&file, &sql), [json!([count])], "{version}: {table}");
        }
        let ids = "SELECT migration_id FROM applied_migrations ORDER BY rowid";
        let ids: Vec<Value> = listed(&file, ids).into_iter().map(|row| row[0].clone()).collect();
        assert_eq!(json!(ids), expected["applied_migration_ids"]);
        let models = expected["models_after"].as_object().unwrap();
        for (id, record) in models {
            let sql = format!("SELECT config FROM models WHERE id = '{id}'");
            let found: Value = serde_json::from_str(listed(&file, &sql)[0][0].as_str().unwrap()).unwrap();
            assert_eq!(sorted(&found), sorted(record), "{version}: {id}");
        }
        let files: BTreeSet<String> = root.files().into_keys().map(|name| format!("\"models/{name}\"")).collect();
        assert_eq!(files, as_set(&expected["model_files_after"]), "{version}");
        for (key, sql) in [
            ("model_relationships_after", "SELECT model_key_1, model_key_2 FROM model_relationships"),
            ("client_state_after", "SELECT user_id, key, value FROM client_state"),
            (
                "users_after",
                "SELECT user_id, email, display_name, password_hash, is_admin, is_active, token_epoch FROM users",
            ),
            (
                "boards_after",
                "SELECT board_id, board_name, user_id, is_public, board_visibility, archived, cover_image_name FROM boards",
            ),
            ("images_after_distinct_defaults", "SELECT DISTINCT user_id, image_subfolder FROM images"),
            (
                "workflow_library_after",
                "SELECT workflow_id, name, category, tags, user_id, is_public, opened_at FROM workflow_library",
            ),
            ("style_presets_after", "SELECT id, name, type, user_id, is_public FROM style_presets"),
            (
                "session_queue_after_migration",
                "SELECT item_id, status, status_sequence, user_id, device, workflow_call_id, parent_item_id
                 FROM session_queue",
            ),
        ] {
            let found: BTreeSet<String> = listed(&file, sql).iter().map(Value::to_string).collect();
            assert_eq!(found, as_set(&expected[key]), "{version}: {key}");
        }
        let secret = "SELECT length(value) FROM app_settings WHERE key = 'jwt_secret'";
        assert_eq!(listed(&file, secret), [json!([expected["jwt_secret_length"]])]);
    }
}

#[test]
fn an_upgrade_that_fails_leaves_the_file_as_it_was() {
    let (root, expected) = Root::of_release("5.9.1");
    let file = Connection::open_with_flags(root.database(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    file.execute_batch("DROP TABLE style_presets; DROP TABLE board_images").unwrap();
    let before = (shape(&file), rows(&file, "models", None), rows(&file, "migrations", None));
    drop(file);
    let failure = root.open().unwrap_err();
    assert!(matches!(failure, StorageError::Migration { .. }), "{failure:?}");
    let file = root.look();
    assert_eq!((shape(&file), rows(&file, "models", None), rows(&file, "migrations", None)), before);
    assert_eq!(root.files(), sizes(&expected["models_before"]), "no model file was moved");
    assert_eq!(root.backups().len(), 1);
}

#[test]
fn a_rehearsal_tells_what_would_happen_and_changes_nothing() {
    let (root, expected) = Root::of_release("5.9.1");
    let before = fs::read(root.database()).unwrap();
    let rehearsal = root.rehearse();
    assert_eq!(rehearsal.older, Some(18));
    assert_eq!(rehearsal.reference_steps.len(), 40 - 18);
    assert_eq!(rehearsal.model_moves.len(), 9);
    assert_eq!(rehearsal.unrecognised_models, ["odd one"]);
    assert_eq!(fs::read(root.database()).unwrap(), before);
    assert_eq!(fs::read_dir(root.database().parent().unwrap()).unwrap().count(), 1);
    assert_eq!(root.files(), sizes(&expected["models_before"]));
    drop(root.open().unwrap());
    let rehearsal = root.rehearse();
    assert!(rehearsal.older.is_none() && rehearsal.reference_steps.is_empty() && rehearsal.own_steps.is_empty());
}

#[test]
fn moving_model_files_goes_on_where_it_was_interrupted() {
    let (root, expected) = Root::of_release("5.9.1");
    let moves = root.rehearse().model_moves;
    drop(root.open().unwrap());
    // As if the program had ended after the first four: the rest is still noted and lies where it was.
    let file = Connection::open_with_flags(root.database(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    for one in &moves[3..] {
        let note = "INSERT INTO model_moves (model_key, old_path, new_path) VALUES (?1, ?2, ?3)";
        file.execute(note, (&one.key, &one.from, &one.to)).unwrap();
    }
    drop(file);
    for one in &moves[4..] {
        let (from, to) = (root.models().join(&one.from), root.models().join(&one.to));
        fs::create_dir_all(from.parent().unwrap()).unwrap();
        fs::rename(to, from).unwrap();
    }
    drop(root.open().unwrap());
    let files: BTreeSet<String> = root.files().into_keys().map(|name| format!("\"models/{name}\"")).collect();
    assert_eq!(files, as_set(&expected["model_files_after"]));
    assert_eq!(listed(&root.look(), "SELECT count(*) FROM model_moves"), [json!([0])]);
}

#[test]
fn a_model_whose_new_place_is_taken_meanwhile_works_from_its_old_one() {
    let (root, _) = Root::of_release("5.9.1");
    let one = root.rehearse().model_moves.into_iter().find(|one| one.to.contains('/')).unwrap();
    drop(root.open().unwrap());
    let file = Connection::open_with_flags(root.database(), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let note = "INSERT INTO model_moves (model_key, old_path, new_path) VALUES (?1, ?2, ?3)";
    file.execute(note, (&one.key, &one.from, &one.to)).unwrap();
    drop(file);
    let old = root.models().join(&one.from);
    fs::create_dir_all(old.parent().unwrap()).unwrap();
    fs::write(&old, "weights").unwrap();
    drop(root.open().unwrap());
    let path = listed(&root.look(), &format!("SELECT path FROM models WHERE id = '{}'", one.key));
    assert_eq!(path, [json!([one.from])]);
    assert_eq!(fs::read(old).unwrap(), b"weights");
}

#[test]
fn a_backup_from_before_the_upgrade_finds_the_models_that_the_upgrade_moved() {
    let (root, expected) = Root::of_release("5.9.1");
    drop(root.open().unwrap());
    let kept = backup::restore(&root.backups()[0], &root.database()).unwrap().unwrap();
    assert!(kept.ends_with("invokeai.db.old"));
    assert_eq!(root.rehearse().older, Some(18));
    drop(root.open().unwrap());
    for (id, record) in expected["models_after"].as_object().unwrap() {
        let found = listed(&root.look(), &format!("SELECT config FROM models WHERE id = '{id}'"));
        let found: Value = serde_json::from_str(found[0][0].as_str().unwrap()).unwrap();
        assert_eq!(sorted(&found), sorted(record), "{id}");
    }
}
