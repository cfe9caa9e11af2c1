//! `kill -9` while a database of an older release is upgraded.

use crate::installation::Installation;
use invoke_storage::backup;
use std::collections::BTreeSet;

/// After a kill: the file is whole, and either as it was or upgraded; the copies made before are whole.
fn check(installation: &Installation) -> bool {
    backup::verify(&installation.database()).unwrap();
    let copies = installation.files("databases", "invokeai_backup_");
    assert!(!copies.is_empty(), "a copy is made before anything else");
    for copy in copies {
        backup::verify(&copy).unwrap();
    }
    match installation.older() {
        Some(version) => {
            assert_eq!(version, 18);
            let before = installation.expected["models_before"].as_object().unwrap();
            let before: BTreeSet<String> = before.keys().map(|name| format!("models/{name}")).collect();
            assert_eq!(installation.model_files(), before, "an upgrade that is undone has moved nothing");
            false
        }
        None => true,
    }
}

#[test]
fn a_kill_during_any_step_undoes_the_upgrade_and_the_next_start_does_it() {
    let installation = Installation::of_release("5.9.1");
    for step in [1, 6, 10, 11, 16, 22] {
        assert!(installation.serve_until_killed("upgrading the database: ", step), "step {step}");
        // After the last step the program may have come as far as the commit.
        let finished = check(&installation);
        assert!(!finished || step == 22, "finished at step {step}");
    }
    finish(&installation);
}

#[test]
fn a_kill_while_model_files_are_moved_loses_none_and_the_next_start_goes_on() {
    let installation = Installation::of_release("5.9.1");
    let mut moved = 0;
    for count in [1, 2, 3] {
        if installation.serve_until_killed("moved model files", count) {
            assert!(check(&installation), "files are moved after the upgrade is kept");
            moved += 1;
        }
        assert_eq!(installation.model_files().len(), installation.expected["models_before"].as_object().unwrap().len());
    }
    assert!(moved > 1, "no kill came while files were being moved");
    finish(&installation);
}

/// One undisturbed start, after which everything is as expected.
fn finish(installation: &Installation) {
    let server = invoke_tests::process::ServerProcess::start(installation.root.path());
    let models = server.get("/api/v2/models/");
    for record in models["models"].as_array().unwrap() {
        let expected = &installation.expected["models_after"][record["key"].as_str().unwrap()];
        for field in ["path", "base", "type", "format", "variant", "file_size"] {
            assert_eq!(record.get(field), expected.get(field), "{}: {field}", record["name"]);
        }
    }
    assert_eq!(models["models"].as_array().unwrap().len(), 12);
    server.kill();
    let expected = installation.expected["model_files_after"].as_array().unwrap();
    let expected: BTreeSet<String> = expected.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
    assert_eq!(installation.model_files(), expected);
    assert!(check(installation));
}
