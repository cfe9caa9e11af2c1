//! Starting over roots and settings that are not as they should be.

use invoke_auth::HashCost;
use invoke_config::{ConfigError, LoadOptions, Settings};
use invoke_domain::{OsRandom, SystemClock};
use invoke_graph::Catalogue;
use invoke_server::{Parts, Server, StartError, WorkersFrom};
use std::fs;
use std::path::Path;
use std::sync::Arc;

pub(crate) fn settings(root: &Path, yaml: &str) -> Result<Settings, ConfigError> {
    fs::write(root.join("invokeai.yaml"), format!("schema_version: 4.0.3\nport: 0\n{yaml}\n")).unwrap();
    let options = LoadOptions { root: Some(root.to_owned()), ..LoadOptions::default() };
    Settings::load(options).map(|loaded| loaded.settings)
}

pub(crate) fn start(root: &Path, yaml: &str) -> Result<Server, StartError> {
    let parts = Parts {
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        hash_cost: HashCost::MINIMUM,
        catalogue: Arc::new(Catalogue::default()),
        workers: WorkersFrom::Nobody,
        shipped: Vec::new(),
        outside: invoke_tests::nowhere(),
    };
    Server::start(&settings(root, yaml).unwrap(), parts)
}

#[test]
fn the_folders_of_a_new_root_are_made() {
    let root = tempfile::tempdir().unwrap();
    let server = start(root.path(), "").unwrap();
    for folder in ["databases", "models/model_images", "outputs/images/thumbnails", "style_presets/images", "nodes"] {
        assert!(root.path().join(folder).is_dir(), "{folder}");
    }
    assert!(root.path().join("databases/invokeai.db").exists());
    server.stop();
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("databases/invokeai.db");
    fs::create_dir(file.parent().unwrap()).unwrap();
    fs::write(&file, "my notes, not a database, but long enough to be looked at".repeat(100)).unwrap();
    let before = fs::read(&file).unwrap();
    let refused = start(root.path(), "").unwrap_err();
    assert!(refused.to_string().contains("is not a database"), "{refused}");
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn the_next_free_port_is_taken_when_the_wanted_one_is_in_use() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let one = start(first.path(), "").unwrap();
    let port = one.address().port();
    fs::write(second.path().join("invokeai.yaml"), "").unwrap();
    let mut wanted = settings(second.path(), "").unwrap();
    wanted.network.port.0 = i64::from(port);
    let parts = Parts {
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        hash_cost: HashCost::MINIMUM,
        catalogue: Arc::new(Catalogue::default()),
        workers: WorkersFrom::Nobody,
        shipped: Vec::new(),
        outside: invoke_tests::nowhere(),
    };
    let two = Server::start(&wanted, parts).unwrap();
    assert!(two.address().port() > port);
}

#[test]
fn every_origin_with_credentials_does_not_start() {
    let root = tempfile::tempdir().unwrap();
    let refused = settings(root.path(), "allow_origins: [\"*\"]").unwrap_err();
    assert!(refused.to_string().contains("allow_origins"), "{refused}");
    let mut wanted = settings(root.path(), "").unwrap();
    wanted.network.allow_origins = vec!["*".to_owned()];
    let parts = Parts {
        clock: Arc::new(SystemClock),
        random: Arc::new(OsRandom),
        hash_cost: HashCost::MINIMUM,
        catalogue: Arc::new(Catalogue::default()),
        workers: WorkersFrom::Nobody,
        shipped: Vec::new(),
        outside: invoke_tests::nowhere(),
    };
    assert!(matches!(Server::start(&wanted, parts), Err(StartError::Cors(_))));
}
