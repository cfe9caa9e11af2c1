//! Files and environments in, settings or one-line errors out.

use crate::sections::{Devices, LogLevel, QueueVisibility};
use crate::{LoadOptions, Loaded, Settings};
use std::path::PathBuf;

/// A root whose file holds `yaml`, loaded with `environment`.
fn load(yaml: &str, environment: &[(&str, &str)]) -> Result<Loaded, String> {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("invokeai.yaml"), yaml).unwrap();
    let environment = environment.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
    let options = LoadOptions { root: Some(root.path().to_owned()), environment, ..Default::default() };
    Settings::load(options).map_err(|error| error.to_string().replace(root.path().to_str().unwrap(), "ROOT"))
}

fn with_schema(yaml: &str) -> Result<Loaded, String> {
    load(&format!("schema_version: 4.0.3\n{yaml}"), &[])
}

#[test]
fn the_guides_public_site_example_loads_verbatim() {
    let yaml =
        "multiuser: true\nhost: 0.0.0.0\nport: 9090\ndb_path: databases/invokeai.db\njwt_token_expiry_hours: 24\n";
    let loaded = with_schema(yaml).unwrap();
    assert!(loaded.settings.accounts.multiuser);
    assert_eq!(loaded.settings.database_file().unwrap(), loaded.settings.root.join("databases/invokeai.db"));
    assert_eq!(loaded.warnings, Vec::<String>::new());
}

#[test]
fn a_missing_file_is_created_and_an_existing_one_is_left_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    let options = || LoadOptions { root: Some(root.path().join("new")), ..Default::default() };
    Settings::load(options()).unwrap();
    let file = root.path().join("new/invokeai.yaml");
    let text = "# mine\nschema_version: 4.0.2\nport: 1234\n";
    assert!(std::fs::read_to_string(&file).unwrap().contains("schema_version: 4.0.3"));
    std::fs::write(&file, text).unwrap();
    assert_eq!(Settings::load(options()).unwrap().settings.network.port.0, 1234);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn flags_win_over_environment_over_file_over_default() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("invokeai.yaml"), "schema_version: 4.0.3\nport: 1\nhost: a\nlog_level: error\n")
        .unwrap();
    let environment = vec![("INVOKEAI_PORT".to_owned(), "2".to_owned()), ("INVOKEAI_HOST".to_owned(), "b".to_owned())];
    let options = LoadOptions { root: Some(root.path().to_owned()), port: Some(3), environment, ..Default::default() };
    let settings = Settings::load(options).unwrap().settings;
    assert_eq!((settings.network.port.0, settings.network.host.as_str()), (3, "b"));
    assert_eq!(settings.logging.log_level, LogLevel::Error);
    assert_eq!(settings.accounts.queue_visibility, QueueVisibility::Own);
}

#[test]
fn environment_lists_are_json_and_empty_variables_do_not_count() {
    let environment = [("INVOKEAI_GENERATION_DEVICES", r#"["cuda:0","cuda:1"]"#), ("INVOKEAI_HOST", "")];
    let settings = load("schema_version: 4.0.3", &environment).unwrap().settings;
    assert_eq!(settings.device.generation_devices, Devices::List(vec!["cuda:0".into(), "cuda:1".into()]));
    assert_eq!(settings.network.host, "127.0.0.1");
}

#[test]
fn the_root_is_found_as_the_reference_finds_it() {
    let root = |variables: &[(&str, PathBuf)]| {
        let environment = variables.iter().map(|(key, path)| (key.to_string(), path.display().to_string())).collect();
        Settings::load(LoadOptions { environment, ..Default::default() }).map(|loaded| loaded.settings.root)
    };
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let all = [("INVOKEAI_ROOT", at("r")), ("VIRTUAL_ENV", at("v/.venv")), ("HOME", at("h"))];
    assert_eq!(root(&all).unwrap(), at("r"));
    assert_eq!(root(&all[1..]).unwrap(), at("v"));
    assert_eq!(root(&all[2..]).unwrap(), at("h/invokeai"));
    assert!(root(&[]).unwrap_err().to_string().contains("--root"));
}

#[test]
fn an_unknown_key_is_a_warning_that_names_the_nearest_one() {
    let warnings = with_schema("mulituser: true\nzzzzzzzzzzzzz: 1\n").unwrap().warnings;
    assert!(warnings[0].contains("unknown key `mulituser` is ignored; did you mean `multiuser`?"), "{warnings:?}");
    assert!(warnings[1].ends_with("unknown key `zzzzzzzzzzzzz` is ignored"), "{warnings:?}");
}

#[test]
fn a_bad_value_is_one_line_that_names_file_key_expected_and_got() {
    let message = with_schema("port: many").unwrap_err();
    assert_eq!(message, "ROOT/invokeai.yaml: key `port`: expected a whole number from 0 to 65535, got: \"many\"");
    let message = with_schema("session_queue_mode: fair").unwrap_err();
    assert_eq!(
        message,
        "ROOT/invokeai.yaml: key `session_queue_mode`: expected one of `FIFO` `round_robin`, got: \"fair\""
    );
    let message = load("schema_version: 4.0.3", &[("INVOKEAI_MULTIUSER", "maybe")]).unwrap_err();
    assert_eq!(message, "environment variable INVOKEAI_MULTIUSER: key `multiuser`: expected true or false, got: maybe");
}

#[test]
fn files_of_other_versions_are_refused_or_read_with_a_hint() {
    assert!(load("port: 1\n", &[]).unwrap_err().contains("key `schema_version`"));
    assert!(load("schema_version: 5.0.0\n", &[]).unwrap_err().contains("got: 5.0.0"));
    let old = load("InvokeAI:\n  Web Server:\n    port: 7000\n  Paths:\n    outdir: pictures\n", &[]).unwrap();
    assert_eq!(old.settings.network.port.0, 7000);
    assert!(old.settings.paths.outputs_dir.ends_with("pictures"));
    assert!(old.warnings[0].contains("InvokeAI 3"));
}

#[test]
fn what_is_not_a_configuration_is_refused() {
    assert!(load("- a\n- b\n", &[]).unwrap_err().contains("not a valid configuration file"));
    assert!(load("a: [1,\n", &[]).unwrap_err().contains("not a valid configuration file"));
}

#[test]
fn secrets_stay_out_of_messages() {
    let loaded = with_schema("jwt_secret_key: hush\nexternal_openai_api_key: hush\n").unwrap();
    assert!(!format!("{:?}", loaded.settings).contains("hush"));
    assert!(!with_schema("jwt_secret_key: [hush]\n").unwrap_err().contains("hush"));
}

#[test]
fn any_origin_with_credentials_is_refused() {
    assert!(with_schema("allow_origins: ['*']").unwrap_err().contains("any web site"));
    assert!(with_schema("allow_origins: ['*']\nallow_credentials: false").is_ok());
}

#[test]
fn a_base_path_is_normalised_and_may_not_hide_a_route() {
    assert_eq!(with_schema("base_url: invoke/").unwrap().settings.base_path(), "/invoke");
    assert_eq!(with_schema("base_url: /").unwrap().settings.base_path(), "");
    assert!(with_schema("base_url: /api/x").is_err());
}

#[test]
fn strict_passwords_follow_the_mode_unless_set() {
    assert!(!with_schema("").unwrap().settings.strict_passwords());
    assert!(with_schema("multiuser: true").unwrap().settings.strict_passwords());
    assert!(!with_schema("multiuser: true\nstrict_password_checking: false").unwrap().settings.strict_passwords());
}

#[test]
fn every_key_of_the_reference_is_known() {
    let keys: Vec<_> = Settings::keys().into_iter().map(|key| key.name).collect();
    let reference = include_str!("../tests/reference_keys.txt");
    let missing: Vec<_> = reference.lines().filter(|key| !key.starts_with('#') && !keys.contains(key)).collect();
    assert_eq!(missing, Vec::<&str>::new());
}
