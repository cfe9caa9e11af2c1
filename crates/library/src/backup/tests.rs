use super::*;
use invoke_domain::{OsRandom, SystemClock};
use invoke_permissions::{Actor, policy};
use invoke_storage::{Database, StorageError, StorageSettings, app_settings};
use jiff::ToSpan as _;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use tempfile::TempDir;

struct Place {
    root: TempDir,
    installation: Installation,
}

impl Place {
    fn new() -> Self {
        let root = TempDir::new().unwrap();
        let at = |name: &str| root.path().join(name);
        for folder in ["databases", "outputs/images/thumbnails", "outputs/tensors", "models/m"] {
            fs::create_dir_all(at(folder)).unwrap();
        }
        for (name, text) in [
            ("invokeai.yaml", "multiuser: true"),
            ("outputs/images/a.png", "picture"),
            ("outputs/images/thumbnails/a.webp", "small"),
            ("outputs/images/.b.png.part", "half a picture"),
            ("outputs/tensors/x", "scratch"),
            ("models/m/model.safetensors", "weights"),
        ] {
            fs::write(at(name), text).unwrap();
        }
        let installation = Installation {
            database: at("databases/invokeai.db"),
            config_file: at("invokeai.yaml"),
            outputs_dir: at("outputs"),
            models_dir: at("models"),
        };
        Self { root, installation }
    }

    fn open(&self) -> Database {
        let settings = StorageSettings::file(&self.installation.database);
        Database::open(&settings, Arc::new(SystemClock), &OsRandom).unwrap()
    }

    fn plan(&self) -> BackupPlan {
        BackupPlan {
            folder: self.root.path().join("backups"),
            keep_days: Some(30),
            with_outputs: false,
            with_models: false,
        }
    }

    fn back_up(&self, plan: &BackupPlan, now: &str) -> BackupDone {
        self.installation.back_up(plan, now.parse().unwrap(), &TimeZone::UTC).unwrap()
    }
}

fn set(db: &Database, value: &str) {
    let grant = policy::manage_settings(&Actor::operator()).unwrap();
    db.write(|tx| app_settings::update(tx, &grant, "probe", value)).unwrap();
}

fn probe(db: &Database) -> Option<String> {
    db.read(|tx| app_settings::get(tx, "probe")).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_was_committed_before_is_in_the_copy_and_what_came_later_is_not() {
    let place = Place::new();
    let db = place.open();
    set(&db, "before");
    let done = place.back_up(&place.plan(), "2026-03-01T02:00:00Z");
    set(&db, "later");
    assert!(done.file.ends_with("invokeai_20260301-020000.db"));
    assert_eq!(names(&place.plan().folder), ["invokeai_20260301-020000.db", "invokeai_20260301-020000.yaml"]);
    for name in names(&place.plan().folder) {
        let mode = fs::metadata(place.plan().folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds the hashes of passwords");
    }
    drop(db);
    let restored = place.installation.restore(&done.file, false).unwrap();
    assert_eq!(probe(&place.open()).as_deref(), Some("before"));
    let kept =
        Database::open(&StorageSettings::file(restored.kept.unwrap()), Arc::new(SystemClock), &OsRandom).unwrap();
    assert_eq!(probe(&kept).as_deref(), Some("later"), "the database that was in use is kept");
}

#[test]
fn backups_older_than_they_are_kept_go_and_nothing_else_does() {
    let place = Place::new();
    drop(place.open());
    let plan = place.plan();
    let first = place.back_up(&plan, "2026-03-01T02:00:00Z").file;
    let second = place.back_up(&plan, "2026-03-02T02:00:00Z").file;
    for name in ["invokeai_notes.db", "invokeai_20200101.db", "invokeai_backup_20200101-000000.db", "other.txt"] {
        fs::write(plan.folder.join(name), "mine").unwrap();
    }
    let third = place.back_up(&plan, "2026-03-31T02:00:01Z");
    assert_eq!(third.removed, std::slice::from_ref(&first), "thirty days and a second old");
    assert!(!first.exists() && !first.with_extension("yaml").exists() && second.exists() && third.file.exists());
    assert_eq!(names(&plan.folder).len(), 2 + 2 + 4);
    let all = BackupPlan { keep_days: None, ..plan };
    assert_eq!(place.back_up(&all, "2030-01-01T00:00:00Z").removed, [""; 0].map(PathBuf::from));
}

#[test]
fn pictures_and_models_are_mirrored_once_and_put_back_when_they_are_missing() {
    let place = Place::new();
    drop(place.open());
    let plan = BackupPlan { with_outputs: true, with_models: true, ..place.plan() };
    let done = place.back_up(&plan, "2026-03-01T02:00:00Z");
    assert_eq!(done.files_added, 3, "neither scratch nor what is being written");
    assert_eq!(place.back_up(&plan, "2026-03-02T02:00:00Z").files_added, 0);
    fs::remove_dir_all(place.installation.outputs_dir.join("images")).unwrap();
    fs::write(place.installation.models_dir.join("m/model.safetensors"), "changed").unwrap();
    let restored = place.installation.restore(&done.file, true).unwrap();
    assert_eq!(restored.files_added, 2);
    let read = |path: &str| fs::read_to_string(place.root.path().join(path)).unwrap();
    assert_eq!(read("outputs/images/a.png"), "picture");
    assert_eq!(read("models/m/model.safetensors"), "changed", "what is there is not replaced");
}

#[test]
fn a_backup_that_is_damaged_or_another_file_is_not_restored() {
    let place = Place::new();
    let db = place.open();
    set(&db, "mine");
    let done = place.back_up(&place.plan(), "2026-03-01T02:00:00Z");
    drop(db);
    let bytes = fs::read(&done.file).unwrap();
    let bad = place.root.path().join("bad.db");
    let mut torn = bytes.clone();
    torn[20_000..60_000].fill(0xAA);
    for content in [&bytes[..bytes.len() / 2], b"my notes", b"", &torn] {
        fs::write(&bad, content).unwrap();
        place.installation.restore(&bad, false).unwrap_err();
        let left = names(&place.root.path().join("databases"));
        assert_eq!(left.iter().filter(|name| !name.ends_with(".seal")).collect::<Vec<_>>(), ["invokeai.db"]);
        assert_eq!(probe(&place.open()).as_deref(), Some("mine"));
    }
}

#[test]
fn a_database_in_use_is_not_replaced() {
    let place = Place::new();
    let db = place.open();
    set(&db, "mine");
    let done = place.back_up(&place.plan(), "2026-03-01T02:00:00Z");
    let refused = place.installation.restore(&done.file, false).unwrap_err();
    assert!(matches!(refused, LibraryError::Storage(StorageError::InUse { .. })), "{refused:?}");
    set(&db, "still writing");
    assert_eq!(probe(&db).as_deref(), Some("still writing"));
}

#[test]
fn a_copy_made_while_others_write_is_whole() {
    let place = Place::new();
    let db = place.open();
    let writer = db.clone();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let busy = std::thread::spawn(move || {
        let mut count = 0;
        while stopped.try_recv().is_err() {
            count += 1;
            set(&writer, &format!("{count} {}", "x".repeat(20_000)));
        }
        count
    });
    let mut now: Timestamp = "2026-03-01T02:00:00Z".parse().unwrap();
    for _ in 0..5 {
        now = now.checked_add(1.second()).unwrap();
        let done = place.installation.back_up(&place.plan(), now, &TimeZone::UTC).unwrap();
        invoke_storage::backup::verify(&done.file).unwrap();
    }
    stop.send(()).unwrap();
    assert!(busy.join().unwrap() > 0);
    drop(db);
}
