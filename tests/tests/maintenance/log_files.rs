//! `log_handlers`: the log in a file.

use invoke_tests::commands::run;
use invoke_tests::process::ServerProcess;
use std::path::Path;

fn configure(root: &Path, handlers: &str) {
    let yaml = format!("schema_version: 4.0.3\nmultiuser: true\nlog_handlers: {handlers}\n");
    std::fs::write(root.join("invokeai.yaml"), yaml).unwrap();
}

#[test]
fn what_is_logged_goes_to_the_file_as_well_and_is_added_to_what_is_there() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("invokeai.log");
    std::fs::write(&file, "of an earlier day\n").unwrap();
    configure(root.path(), &format!("[console, 'file={}', 'syslog=/dev/log']", file.display()));
    let server = ServerProcess::start(root.path());
    server.stop();
    let log = std::fs::read_to_string(&file).unwrap();
    assert!(log.starts_with("of an earlier day\n"), "{log}");
    assert!(log.contains("expected `console` or `file=PATH`, got `syslog=/dev/log`, which is left out"), "{log}");
    assert!(!log.contains('\u{1b}'), "no colours in a file: {log}");
}

#[test]
fn a_log_file_that_cannot_be_written_is_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("missing/invokeai.log");
    configure(root.path(), &format!("['file={}']", file.display()));
    let refused = run("invokeai-web", root.path(), &[], "");
    let expected = format!("`log_handlers`: cannot write to the file `{}`", file.display());
    assert_eq!((refused.code, refused.err.contains(&expected)), (2, true), "{}", refused.err);
}
