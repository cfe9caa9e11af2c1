//! Which database the commands work on, and that they make none.

use super::server;
use invoke_tests::PASSWORD;
use invoke_tests::commands::{run, run_in};
use std::fs;
use std::path::{Path, PathBuf};

const COMMANDS: [(&str, &[&str]); 4] = [
    ("invoke-useradd", &["-e", "x@example.com", "-p", PASSWORD]),
    ("invoke-userlist", &[]),
    ("invoke-usermod", &["-e", "x@example.com", "-n", "X"]),
    ("invoke-userdel", &["-e", "x@example.com", "-f"]),
];

/// Everything below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        found.push(entry.path());
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        }
    }
    found
}

#[test]
fn where_no_database_is_none_is_made_and_nothing_else_either() {
    let root = tempfile::tempdir().unwrap();
    let missing = root.path().join("databases/invokeai.db");
    let reason = format!(
        "No database found at {}\n   Start the server once to make it, or name the right root directory with --root\n",
        missing.display()
    );
    for (command, arguments) in COMMANDS {
        let mark = if command == "invoke-userlist" { "Error listing users: " } else { "❌ Error: " };
        let printed = run(command, root.path(), arguments, "");
        printed.is(1, &format!("{mark}{reason}"));
        assert_eq!(printed.err, "");
    }
    let asked = run("invoke-useradd", root.path(), &[], "x@example.com\n");
    asked.is(1, &format!("=== Add InvokeAI User ===\n\n\n❌ Error: {reason}"));
    let json = run("invoke-userlist", root.path(), &["--json"], "");
    assert_eq!((json.code, json.out.as_str()), (1, ""));
    assert!(json.err.starts_with("{\"error\":\"No database found at "), "{}", json.err);
    assert_eq!(files(root.path()), Vec::<PathBuf>::new());
}

#[test]
fn the_settings_say_where_the_database_is() {
    let server = server();
    let database = server.root().join("databases");
    let elsewhere = tempfile::tempdir().unwrap();
    let root = elsewhere.path();
    let found = |yaml: &str, file: &Path| {
        fs::write(root.join("invokeai.yaml"), format!("schema_version: 4.0.2\n{yaml}\n")).unwrap();
        let listed = run("invoke-userlist", root, &[], "");
        assert!(listed.done().contains("alice@example.com"), "{}", listed.out);
        assert_eq!(listed.err, format!("Initializing database at {}\n", file.display()));
    };
    found(&format!("db_dir: {}", database.display()), &database.join("invokeai.db"));
    let file = database.join("invokeai.db");
    found(&format!("db_dir: nowhere\ndb_path: {}", file.display()), &file);
    fs::remove_file(root.join("invokeai.yaml")).unwrap();
    let listed = run_in("invoke-userlist", root, ("INVOKEAI_DB_DIR", &database), &[]);
    assert!(listed.done().contains("alice@example.com"), "{}", listed.out);
    assert!(!root.join("databases").exists() && !root.join("invokeai.yaml").exists());
}

#[test]
fn a_database_in_memory_is_out_of_reach() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("invokeai.yaml"), "schema_version: 4.0.2\nuse_memory_db: true\n").unwrap();
    let refused = "❌ Error: `use_memory_db` is set: the accounts are in the memory of the server, and only its pages \
                   change them\n";
    run("invoke-usermod", root.path(), &["-e", "x@example.com", "-n", "X"], "").is(1, refused);
}

#[test]
fn a_file_that_is_no_database_is_named_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("databases/invokeai.db");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "my notes\n".repeat(500)).unwrap();
    for (command, arguments) in COMMANDS {
        let printed = run(command, root.path(), arguments, "");
        assert_eq!(printed.code, 1);
        assert!(
            printed.out.contains("file is not a database") && printed.out.contains("invokeai.db"),
            "{}",
            printed.out
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "my notes\n".repeat(500));
    assert_eq!(files(root.path()).len(), 2);
}

#[test]
fn an_existing_installation_of_the_reference_is_managed_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let fixture = "fixtures/reference/databases/multiuser-6.14.2.db";
    fs::create_dir(root.path().join("databases")).unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture), root.path().join("databases/invokeai.db")).unwrap();
    let listed = run("invoke-userlist", root.path(), &[], "");
    for email in ["alice@example.com", "bob@example.com", "system@system.invokeai"] {
        assert!(listed.done().contains(email), "{}", listed.out);
    }
    run("invoke-usermod", root.path(), &["-e", "alice@example.com", "--deactivate"], "").done();
    let json = run("invoke-userlist", root.path(), &["--json"], "");
    let accounts: serde_json::Value = serde_json::from_str(json.done()).unwrap();
    let alice = accounts.as_array().unwrap().iter().find(|user| user["email"] == "alice@example.com").unwrap();
    assert_eq!(alice["is_active"], false);
}

#[test]
fn a_database_of_an_older_release_is_left_to_the_server() {
    let root = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/databases/single-6.9.0.db");
    fs::create_dir(root.path().join("databases")).unwrap();
    let file = root.path().join("databases/invokeai.db");
    fs::copy(&fixture, &file).unwrap();
    for (command, arguments) in COMMANDS {
        let printed = run(command, root.path(), arguments, "");
        assert_eq!(printed.code, 1);
        assert!(printed.out.contains("start `invokeai-web` once, which upgrades it"), "{}", printed.out);
    }
    assert_eq!(fs::read(&file).unwrap(), fs::read(&fixture).unwrap());
    assert_eq!(files(root.path()).len(), 2);
}
