//! `invokeai-web check`.

use crate::installation::{Installation, text};
use serde_json::{Value, json};
use std::fs;

fn report(installation: &Installation, arguments: &[&str]) -> (Option<i32>, Value) {
    let output = installation.run(&[&["check", "--json"], arguments].concat());
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(&output)));
    (output.status.code(), report)
}

fn kinds(report: &Value, list: &str) -> Vec<String> {
    let mut kinds: Vec<String> =
        report[list].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

#[test]
fn a_dry_run_tells_what_an_upgrade_would_do_and_changes_nothing() {
    let installation = Installation::of_release("5.9.1");
    let before = fs::read(installation.database()).unwrap();
    let (code, report) = report(&installation, &[]);
    assert_eq!(code, Some(3), "the fixture's pictures are not there");
    assert_eq!(report["upgrade"]["from_migration"], 18);
    assert_eq!(report["upgrade"]["steps"].as_array().unwrap().len(), 22);
    assert_eq!(report["upgrade"]["model_moves"].as_array().unwrap().len(), 9);
    assert_eq!(report["upgrade"]["unrecognised_models"], json!(["odd one"]));
    assert_eq!(report["findings"].as_array().unwrap().len(), 18);
    assert_eq!(kinds(&report, "findings"), ["missing_image"]);
    assert_eq!(fs::read(installation.database()).unwrap(), before);
    assert_eq!(installation.files("databases", "").len(), 1);
    assert_eq!(installation.older(), Some(18));
    let words = text(&installation.run(&["check"]));
    assert!(words.contains("moves model files: sdxl/main/tinyxl.safetensors -> "), "{words}");
}

#[test]
fn repairing_puts_files_nobody_knows_into_quarantine_and_leaves_nothing_to_find() {
    let installation = Installation::of_release("6.9.0");
    // Pictures for every row but two.
    let (_, first) = report(&installation, &[]);
    let names: Vec<String> = first["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["what"].as_str().unwrap().split('`').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(names.len(), 18);
    let images = installation.path("outputs/images");
    fs::create_dir_all(images.join("thumbnails")).unwrap();
    for name in &names[2..] {
        fs::write(images.join(name), "picture").unwrap();
        fs::write(images.join("thumbnails").join(name).with_extension("webp"), "small").unwrap();
    }
    fs::write(images.join("stray.png"), "mine").unwrap();

    let (code, found) = report(&installation, &[]);
    assert_eq!(
        (code, kinds(&found, "findings")),
        (Some(3), vec!["missing_image".to_owned(), "unknown_file".to_owned()])
    );
    let (code, repaired) = report(&installation, &["--repair"]);
    assert_eq!((code, repaired["left"].clone()), (Some(0), json!([])), "{repaired}");
    assert_eq!((&repaired["repaired"]["rows_forgotten"], &repaired["repaired"]["files_moved"]), (&json!(2), &json!(1)));
    let quarantine = repaired["repaired"]["quarantine"].as_str().unwrap();
    assert_eq!(fs::read_to_string(format!("{quarantine}/images/stray.png")).unwrap(), "mine");
    assert_eq!(installation.older(), None, "it was upgraded first");
    assert_eq!(
        installation.files("databases", "invokeai_backup_").len(),
        2,
        "before the upgrade, and before the repair"
    );
    assert_eq!(report(&installation, &[]).0, Some(0));
}

#[test]
fn a_repair_that_is_killed_loses_no_file_and_the_next_one_goes_on() {
    const STRAYS: usize = 3_000;
    let installation = Installation::of_release("6.9.0");
    let images = installation.path("outputs/images");
    fs::create_dir_all(&images).unwrap();
    let known = report(&installation, &[]).1["findings"].as_array().unwrap().len();
    for row in report(&installation, &[]).1["findings"].as_array().unwrap() {
        fs::write(images.join(row["what"].as_str().unwrap().split('`').nth(1).unwrap()), "picture").unwrap();
    }
    for number in 0..STRAYS {
        fs::write(images.join(format!("stray{number}.png")), number.to_string()).unwrap();
    }
    let quarantined = || -> usize {
        let runs = installation.files("outputs/quarantine", "");
        let of = |run: &std::path::PathBuf| fs::read_dir(run.join("images")).map_or(0, Iterator::count);
        runs.iter().map(of).sum()
    };
    let mut child = installation.command(&["check", "--repair"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    while quarantined() < 5 {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = installation.files("outputs/images", "stray").len();
    assert!(left > 0, "no kill came while files were being moved");
    assert_eq!((left + quarantined(), installation.files("outputs/images", "").len()), (STRAYS, left + known));
    let (code, repaired) = report(&installation, &["--repair"]);
    assert_eq!((code, &repaired["repaired"]["files_moved"]), (Some(3), &json!(left)), "thumbnails are still missing");
    assert_eq!(quarantined(), STRAYS);
}

#[test]
fn pictures_on_a_disk_that_is_not_there_are_not_forgotten() {
    let installation = Installation::of_release("6.9.0");
    let refused = installation.run(&["check", "--repair"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("18 of 18 images have no file; is the disk"), "{}", text(&refused));
    assert_eq!(report(&installation, &[]).1["findings"].as_array().unwrap().len(), 18);
}

#[test]
fn a_running_server_is_not_repaired() {
    let installation = Installation::of_release("6.9.0");
    let server = invoke_tests::process::ServerProcess::start(installation.root.path());
    let refused = installation.run(&["check", "--repair"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused).contains("stop the server first"), "{}", text(&refused));
    assert_eq!(report(&installation, &[]).0, Some(3), "looking is allowed");
    drop(server);
}

#[test]
fn a_file_that_is_refused_stays_as_it_is_also_when_it_is_to_be_repaired() {
    let installation = Installation::of_release("6.9.0");
    let bytes = fs::read(installation.database()).unwrap();
    let torn = &bytes[..bytes.len() / 2];
    fs::write(installation.database(), torn).unwrap();
    for arguments in [&["check"][..], &["check", "--repair"], &["maintain"]] {
        let refused = installation.run(arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(text(&refused).contains("malformed"), "{}", text(&refused));
        assert_eq!(fs::read(installation.database()).unwrap(), torn);
        assert_eq!(installation.files("databases", "").len(), 1);
    }
}
