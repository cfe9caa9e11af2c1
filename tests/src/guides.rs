//! The guides in `docs/` as a reader follows them: every command in them is run, from top to bottom, in a home of its own.
//!
//! A block of commands says in its first line how it is to be run, after its language:
//!
//! | first line | run |
//! |---|---|
//! | `sh test`, `python test` | while the server runs |
//! | `sh test stopped` | after it was told to end |
//! | `sh test serve` | as the server itself |
//! | `sh not-run`, `python not-run` | not at all; the test names all of these |
//! | `yaml` | not, but read as settings without a warning |
//! | `yaml invokeai.yaml` | the same, and put into the root |
//! | `nginx` | before the running server |

use crate::nginx::Nginx;
use crate::process::{ServerProcess, executable, tiny_model};
use crate::tls::Certificate;
use invoke_config::{LoadOptions, Settings};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The host that the guides' proxy serves.
const SITE: &str = "invoke.example.com";

/// A block of a guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The words of its first line: the language, then how it is run.
    pub words: Vec<String>,
    /// What stands in it.
    pub text: String,
    /// Where it begins, for messages.
    pub place: String,
}

/// All blocks of the guide `name`, in order.
///
/// # Panics
/// When there is no such guide, or a block does not end.
pub fn blocks(name: &str) -> Vec<Block> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines().enumerate();
    let mut found = Vec::new();
    while let Some((number, line)) = lines.next() {
        let Some(first) = line.trim_start().strip_prefix("```") else { continue };
        let words = first.split_whitespace().map(str::to_owned).collect();
        let place = format!("{name}:{}", number + 1);
        let mut text = String::new();
        loop {
            let (_, line) = lines.next().unwrap_or_else(|| panic!("{place}: the block does not end"));
            if line.trim_start() == "```" {
                break;
            }
            text = text + line + "\n";
        }
        found.push(Block { words, text, place });
    }
    found
}

/// Somebody who follows a guide.
pub struct Reader {
    home: TempDir,
    server: Option<ServerProcess>,
    not_run: Vec<String>,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// With an empty home.
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), server: None, not_run: Vec::new() }
    }

    /// With a server of several users whose administrator is `admin@example.com`.
    pub fn with_administrator() -> Self {
        let mut reader = Self::new();
        reader.write_settings("schema_version: 4.0.2\nmultiuser: true\n");
        reader.server().set_up_administrator();
        reader
    }

    /// Runs every block, and returns the first lines of those that are not to be run.
    ///
    /// # Panics
    /// When a command fails, or a block does not say how it is to be run.
    pub fn follow(mut self, guide: &str) -> Vec<String> {
        for block in blocks(guide) {
            let words: Vec<&str> = block.words.iter().map(String::as_str).collect();
            match *words {
                ["sh" | "python", "not-run"] => self.not_run.extend(block.text.lines().next().map(str::to_owned)),
                ["sh" | "python", "test"] => {
                    self.server();
                    self.run(&block);
                }
                ["sh", "test", "stopped"] => {
                    self.stop();
                    self.run(&block);
                }
                ["sh", "test", "serve"] => {
                    self.stop();
                    self.server = Some(self.launch(&block.text));
                }
                ["yaml"] => understood(&block),
                ["yaml", "invokeai.yaml"] => {
                    understood(&block);
                    self.stop();
                    self.write_settings(&block.text);
                }
                ["nginx"] => self.stand_behind(&block),
                ["json"] => drop(serde_json::from_str::<serde_json::Value>(&block.text).unwrap()),
                _ => panic!("{}: `{}` does not say how this is run", block.place, words.join(" ")),
            }
        }
        self.not_run
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("invokeai")
    }

    fn write_settings(&self, text: &str) {
        std::fs::create_dir_all(self.root()).unwrap();
        std::fs::write(self.root().join("invokeai.yaml"), text).unwrap();
    }

    /// The server, started if it does not run.
    fn server(&mut self) -> &mut ServerProcess {
        if self.server.is_none() {
            self.server = Some(self.launch("invokeai-web --root ~/invokeai"));
        }
        self.server.as_mut().unwrap()
    }

    fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }

    fn launch(&self, command: &str) -> ServerProcess {
        let mut shell = self.shell(&format!("exec {command}"));
        // Where it listens and what it computes on are the test's affair.
        shell.envs([("INVOKEAI_PORT", "0"), ("INVOKEAI_DEVICE", "cpu"), ("INVOKEAI_PRECISION", "float32")]);
        shell.envs([("INVOKEAI_STARTER_MODEL", "false"), ("INVOKEAI_ALLOWED_HOSTS", &format!("[\"{SITE}\"]"))]);
        ServerProcess::launch(shell)
    }

    /// Runs a block, with what earlier ones have set.
    fn run(&self, block: &Block) {
        let port = self.server.as_ref().map(|server| server.base().rsplit(':').next().unwrap().to_owned());
        let text = block.text.replace("9090", port.as_deref().unwrap_or("9090"));
        let text = text.replace("/path/to/model", tiny_model().canonicalize().unwrap().to_str().unwrap());
        let output = if block.words[0] == "python" {
            self.in_home("python3").arg("-c").arg(&text).output().unwrap()
        } else {
            // `set -a`: every variable is one of the environment, which the next block begins with.
            let script = format!(
                "set -a; if [ -f ~/.variables ]; then . ~/.variables; fi; set -euo pipefail\n{text}\nexport -p > ~/.variables"
            );
            self.shell(&script).output().unwrap()
        };
        assert!(
            output.status.success(),
            "{}: {}\n{text}\n{}\n{}",
            block.place,
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
    }

    fn shell(&self, script: &str) -> Command {
        let mut shell = self.in_home("bash");
        shell.arg("-c").arg(script);
        shell
    }

    /// A program as this reader starts it: at home, with the executables on the path and no settings in the environment.
    fn in_home(&self, program: &str) -> Command {
        let beside = executable("invokeai-web").parent().unwrap().to_owned();
        let path = std::env::var("PATH").unwrap();
        let mut command = Command::new(program);
        command.current_dir(self.home.path()).env("HOME", self.home.path());
        command.env("PATH", format!("{}:{path}", beside.display()));
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("INVOKEAI_") || name == "VIRTUAL_ENV") {
            command.env_remove(name);
        }
        command
    }

    /// Puts the guide's proxy before the server, and asks through it.
    fn stand_behind(&mut self, block: &Block) {
        let certificate = Certificate::new(SITE);
        let base = self.server().base().to_owned();
        let text = block
            .text
            .replace("listen 443", "listen 127.0.0.1:PORT")
            .replace("/path/to/cert.pem", certificate.file().to_str().unwrap())
            .replace("/path/to/key.pem", certificate.key().to_str().unwrap())
            .replace("http://localhost:9090", &base);
        assert!(text.contains(SITE) && text.contains(&base), "{}", block.place);
        let nginx = Nginx::start(&text);
        certificate.ask(nginx.port(), "GET /api/v1/app/version", &[], "").ok();
    }
}

/// Asserts that these settings are read, and that nothing is said against them.
fn understood(block: &Block) {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("invokeai.yaml"), &block.text).unwrap();
    let options = LoadOptions { root: Some(root.path().to_owned()), read_only: true, ..LoadOptions::default() };
    let loaded = Settings::load(options).unwrap_or_else(|error| panic!("{}: {error}", block.place));
    assert_eq!(loaded.warnings, Vec::<String>::new(), "{}", block.place);
}
