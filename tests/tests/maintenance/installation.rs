//! A root directory of an older release, and the program run on it.

use invoke_domain::{OsRandom, SystemClock};
use invoke_storage::{Database, StorageSettings};
use invoke_tests::process::executable;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

/// What the server says when it listens.
const LISTENS: &str = "is running on";

/// The recorded installation of a release, its models as placeholders, its pictures as files of a few bytes.
pub(crate) struct Installation {
    pub(crate) root: TempDir,
    /// What the reference's upgrade made of it.
    pub(crate) expected: Value,
}

impl Installation {
    pub(crate) fn of_release(version: &str) -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/reference/databases");
        let expected = fs::read(fixtures.join(format!("single-{version}.expected.json"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let root = TempDir::new().unwrap();
        fs::create_dir(root.path().join("databases")).unwrap();
        let database = fs::read(fixtures.join(format!("single-{version}.db"))).unwrap();
        fs::write(root.path().join("databases/invokeai.db"), database).unwrap();
        for (name, size) in expected["models_before"].as_object().unwrap() {
            let path = root.path().join("models").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![b'x'; usize::try_from(size.as_u64().unwrap()).unwrap()]).unwrap();
        }
        let installation = Self { root, expected };
        installation.configure("");
        installation
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path("databases/invokeai.db")
    }

    /// Writes the settings anew, with these lines.
    pub(crate) fn configure(&self, lines: &str) {
        let yaml = format!("schema_version: 4.0.2\nstarter_model: false\ngeneration_devices: [cpu]\n{lines}\n");
        fs::write(self.path("invokeai.yaml"), yaml).unwrap();
    }

    pub(crate) fn storage(&self) -> StorageSettings {
        StorageSettings { models_dir: Some(self.path("models")), ..StorageSettings::file(self.database()) }
    }

    /// The migration the file is at, `None` when it is up to date. Panics when it would be refused.
    pub(crate) fn older(&self) -> Option<i64> {
        Database::rehearse(&self.storage(), Arc::new(SystemClock), &OsRandom).unwrap().0.older
    }

    pub(crate) fn model_files(&self) -> BTreeSet<String> {
        let (mut found, mut folders) = (BTreeSet::new(), vec![self.path("models")]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.insert(path.strip_prefix(self.root.path()).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        found
    }

    /// Files of a folder whose name begins so.
    pub(crate) fn files(&self, folder: &str, beginning: &str) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(self.path(folder)) else { return Vec::new() };
        let paths = entries.map(|entry| entry.unwrap().path());
        let mut paths: Vec<PathBuf> =
            paths.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(beginning)).collect();
        paths.sort();
        paths
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(executable("invokeai-web"));
        command.args(arguments).arg("--root").arg(self.root.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Serves until the `count`th log line that contains `sign`, and is killed there. False when it listened before.
    pub(crate) fn serve_until_killed(&self, sign: &str, count: usize) -> bool {
        let (mut child, mut lines) = self.serve();
        let mut seen = 0;
        let reached = lines.any(|line| {
            seen += usize::from(line.contains(sign));
            seen == count || line.contains(LISTENS)
        });
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(reached, "the server ended by itself");
        seen == count
    }

    /// Serves until it listens, and is told to stop.
    pub(crate) fn serve_and_stop(&self) {
        let (mut child, mut lines) = self.serve();
        assert!(lines.any(|line| line.contains(LISTENS)), "the server ended by itself");
        Command::new("kill").arg(child.id().to_string()).status().unwrap();
        assert!(child.wait().unwrap().success());
    }

    fn serve(&self) -> (Child, impl Iterator<Item = String>) {
        // One stream for log and greeting, in the order they are written; the shell becomes the program.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" --port 0 --root \"$1\" 2>&1"])
            .arg(executable("invokeai-web"))
            .arg(self.root.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        (child, lines)
    }
}

pub(crate) fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
