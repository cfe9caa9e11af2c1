//! Backups by command and by schedule, and restoring them.

use crate::installation::{Installation, text};
use invoke_domain::{OsRandom, SystemClock};
use invoke_permissions::{Actor, policy};
use invoke_storage::{Database, app_settings, backup};
use invoke_tests::TestServer;
use invoke_tests::clock::FixedClock;
use invoke_tests::process::ServerProcess;
use jiff::ToSpan as _;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

/// An up-to-date installation whose database takes a moment to copy.
fn large() -> Installation {
    let installation = Installation::of_release("6.9.0");
    let db = Database::open(&installation.storage(), Arc::new(SystemClock), &OsRandom).unwrap();
    let grant = policy::manage_settings(&Actor::operator()).unwrap();
    for number in 0..6 {
        let text = "x".repeat(20_000_000);
        db.write(|tx| app_settings::update(tx, &grant, &format!("large {number}"), &text)).unwrap();
    }
    installation
}

#[test]
fn a_backup_that_is_killed_is_whole_or_not_there() {
    let installation = large();
    let unfinished = || installation.files("backups", ".invokeai_").first().and_then(|file| fs::metadata(file).ok());
    let mut interrupted = 0;
    for megabytes in [0, 1, 20, 60, 100] {
        let mut child = installation.command(&["backup"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Until that much is written; or it was quicker.
        while unfinished().is_none_or(|file| file.len() < megabytes * 1_000_000) {
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        interrupted += usize::from(unfinished().is_some());
        for file in installation.files("backups", "invokeai_") {
            if file.extension().is_some_and(|extension| extension == "db") {
                backup::verify(&file).unwrap();
            }
        }
        for file in installation.files("backups", ".invokeai_") {
            fs::remove_file(file).unwrap();
        }
        backup::verify(&installation.database()).unwrap();
    }
    assert!(interrupted > 0, "no kill came while a copy was being made");
}

/// Runs a command until a file is so large, or it ended before, and kills it.
fn kill_when(installation: &Installation, arguments: &[&str], file: &Path, bytes: u64) {
    let mut child = installation.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while fs::metadata(file).map_or(0, |file| file.len() + 1) <= bytes {
        if child.try_wait().unwrap().is_some() {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_restore_that_is_killed_leaves_the_database_as_it_was_or_restores_it() {
    let installation = large();
    assert!(installation.run(&["backup"]).status.success());
    let backups = installation.files("backups", "invokeai_");
    let made = backups.iter().find(|file| file.extension().is_some_and(|ending| ending == "db")).unwrap();
    let probe = |value: &str| {
        let db = Database::open(&installation.storage(), Arc::new(SystemClock), &OsRandom).unwrap();
        let grant = policy::manage_settings(&Actor::operator()).unwrap();
        db.write(|tx| app_settings::update(tx, &grant, "later", value)).unwrap();
    };
    let read = || {
        let db = Database::open(&installation.storage(), Arc::new(SystemClock), &OsRandom).unwrap();
        db.read(|tx| app_settings::get(tx, "later")).unwrap()
    };
    let unfinished = installation.path("databases/.invokeai.db.part");
    let mut undone = 0;
    for megabytes in [0, 1, 60, 110] {
        probe("since the backup");
        kill_when(&installation, &["restore", made.to_str().unwrap()], &unfinished, megabytes * 1_000_000);
        undone += usize::from(unfinished.exists());
        backup::verify(&installation.database()).unwrap();
        let found = read();
        assert!(found.is_none() || found.as_deref() == Some("since the backup"), "at {megabytes} MB: {found:?}");
        assert!(found.is_some() || !unfinished.exists(), "restored before the copy was whole");
        let _ = fs::remove_file(&unfinished);
    }
    assert!(undone > 0, "no kill came while a backup was being restored");
    // Whatever was in use before is kept.
    for kept in installation.files("databases", "invokeai.db.old") {
        backup::verify(&kept).unwrap();
    }
    probe("since the backup");
    let restored = installation.run(&["restore", made.to_str().unwrap()]);
    assert!(restored.status.success() && read().is_none(), "{}", text(&restored));
}

#[test]
fn a_backup_of_pictures_that_is_killed_holds_no_half_picture() {
    let installation = Installation::of_release("6.9.0");
    let picture = "x".repeat(40_000_000);
    fs::create_dir_all(installation.path("outputs/images")).unwrap();
    for name in ["a.png", "b.png", "c.png"] {
        fs::write(installation.path("outputs/images").join(name), &picture).unwrap();
    }
    let mirror = installation.path("backups/outputs/images");
    let unfinished = || installation.files("backups/outputs/images", ".");
    let mut interrupted = 0;
    for name in ["a.png", "b.png", "c.png"] {
        let partial = mirror.join(format!(".{name}.part"));
        kill_when(&installation, &["backup", "--with-outputs"], &partial, 1_000_000);
        interrupted += usize::from(!unfinished().is_empty());
        for file in installation.files("backups/outputs/images", "") {
            let is_partial = file.file_name().unwrap().to_string_lossy().starts_with('.');
            assert!(is_partial || fs::metadata(&file).unwrap().len() == 40_000_000, "{}", file.display());
        }
    }
    assert!(interrupted > 0, "no kill came while a picture was being copied");
    assert!(installation.run(&["backup", "--with-outputs"]).status.success());
    assert_eq!(unfinished().len(), 0, "what was begun is finished");
    assert_eq!(installation.files("backups/outputs/images", "").len(), 3);
}

#[test]
fn the_command_backs_up_a_running_server_and_its_backup_is_restored_after_it_stopped() {
    let installation = Installation::of_release("6.9.0");
    fs::create_dir_all(installation.path("outputs/images")).unwrap();
    fs::write(installation.path("outputs/images/a.png"), "picture").unwrap();
    installation.configure("multiuser: true");
    let mut server = ServerProcess::start(installation.root.path());
    server.set_up_administrator();
    let folder = installation.path("elsewhere");
    let made = installation.run(&["backup", "--to", folder.to_str().unwrap(), "--with-outputs", "--keep-days", "7"]);
    assert!(made.status.success(), "{}", text(&made));
    let file = installation.files("elsewhere", "invokeai_").into_iter().find(|file| file.extension().unwrap() == "db");
    let file = file.unwrap();
    let name = file.file_name().unwrap().to_str().unwrap();
    assert!(text(&made).contains(&format!("Backup completed: {name}")), "{}", text(&made));
    assert!(folder.join("outputs/images/a.png").is_file());

    let account =
        json!({ "email": "late@example.com", "display_name": "Late", "password": "LatePass123", "is_admin": false });
    server.post("/api/v1/auth/users", &account);
    let refused = installation.run(&["restore", file.to_str().unwrap()]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("is in use; stop the server first"), "{}", text(&refused));
    server.kill();

    fs::remove_file(installation.path("outputs/images/a.png")).unwrap();
    let restored = installation.run(&["restore", file.to_str().unwrap(), "--with-files"]);
    assert!(restored.status.success(), "{}", text(&restored));
    assert!(installation.path("databases/invokeai.db.old").is_file());
    assert_eq!(fs::read(installation.path("outputs/images/a.png")).unwrap(), b"picture");
    let mut server = ServerProcess::start(installation.root.path());
    server.sign_in();
    let users = server.get("/api/v1/auth/users").to_string();
    assert!(users.contains("admin@example.com") && !users.contains("late@example.com"), "{users}");
}

#[test]
fn a_schedule_backs_up_when_its_time_comes() {
    let clock = FixedClock::new();
    let server = TestServer::multiuser().with("backup_schedule: \"0 2 * * * UTC\"").clock(clock.clone()).start();
    let backups = || {
        let files = fs::read_dir(server.root().join("backups")).into_iter().flatten();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|ending| ending == "db")).count()
    };
    assert_eq!(backups(), 0);
    for night in 1..=2 {
        clock.advance(24.hours());
        let start = std::time::Instant::now();
        while backups() < night {
            assert!(start.elapsed().as_secs() < 60, "no backup in night {night}");
            std::thread::yield_now();
        }
    }
    assert_eq!(backups(), 2);
}

#[test]
fn an_administrator_backs_up_now_one_at_a_time_and_nobody_else_does() {
    let root = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(root.path());
    server.set_up_administrator();
    let caller = server.caller();
    assert_eq!(server.get("/api/v1/app/backup"), json!({ "running": false, "last": null }));
    let begun = caller.post("/api/v1/app/backup", &json!({}));
    assert_eq!((begun.status, &begun.json()["running"]), (202, &json!(true)));
    let ended = || {
        let state = server.get("/api/v1/app/backup");
        (state["running"] == false).then_some(state)
    };
    let state = server.until("the backup", ended);
    let name = state["last"]["name"].as_str().unwrap();
    backup::verify(&root.path().join("backups").join(name)).unwrap();
    assert_eq!(state["last"]["error"], json!(null));

    // A file where the folder of backups should be.
    fs::remove_dir_all(root.path().join("backups")).unwrap();
    fs::write(root.path().join("backups"), "").unwrap();
    caller.post("/api/v1/app/backup", &json!({}));
    let failed = server.until("the failure", ended);
    assert_eq!(failed["last"]["name"], json!(null));
    assert!(failed["last"]["error"].as_str().unwrap().contains("backups"), "{failed}");
}

#[test]
fn without_a_file_there_is_nothing_to_back_up_and_only_administrators_are_told() {
    let server = TestServer::multiuser().with("use_memory_db: true").start();
    let refused = server.admin().post("/api/v1/app/backup", &json!({}));
    assert_eq!(refused.status, 409, "{}", refused.text());
    let alice = server.user("alice");
    assert_eq!(alice.post("/api/v1/app/backup", &json!({})).status, 403);
    assert_eq!(alice.get("/api/v1/app/backup").status, 403);
}

#[test]
fn a_schedule_that_is_none_stops_the_start_with_a_sentence() {
    let installation = Installation::of_release("6.9.0");
    installation.configure("backup_schedule: every night");
    let refused = installation.run(&["--port", "0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("`every night` is no cron line"), "{}", text(&refused));
}

#[test]
fn maintaining_says_what_it_did() {
    let installation = large();
    let done = installation.run(&["maintain"]);
    assert!(done.status.success(), "{}", text(&done));
    assert!(
        text(&done).contains("The database has no damage.") && text(&done).contains("Rebuilt: "),
        "{}",
        text(&done)
    );
    let legacy = Installation::of_release("5.9.1");
    let refused = legacy.run(&["maintain"]);
    assert_eq!((refused.status.code(), legacy.older()), (Some(1), Some(18)));
}

#[test]
fn after_the_server_stopped_its_database_is_one_file_that_may_be_copied() {
    let installation = Installation::of_release("6.9.0");
    installation.serve_and_stop();
    let journal = fs::metadata(installation.path("databases/invokeai.db-wal")).map_or(0, |file| file.len());
    assert_eq!(journal, 0);
    let elsewhere = Installation::of_release("6.9.0");
    fs::copy(installation.database(), elsewhere.database()).unwrap();
    assert_eq!((installation.older(), elsewhere.older()), (None, None));
}
