//! The account commands as a person runs them: the real executables, in an environment with nothing but a home.

use crate::process::executable;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command printed, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Printed {
    /// Asserts exit code and standard output.
    ///
    /// # Panics
    /// When it printed something else.
    #[track_caller]
    pub fn is(&self, code: i32, out: &str) {
        assert_eq!((self.code, self.out.as_str()), (code, out), "{}", self.err);
    }

    /// Standard output of a command that did its work.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn done(&self) -> &str {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        &self.out
    }
}

/// The executable `name` over `root`, with nothing of this process's environment.
fn command(name: &str, root: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(executable(name));
    command.env_clear().env("HOME", root).env("TZ", "UTC").args(["--root", root.to_str().unwrap()]).args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs `name` over `root` and hands it `input`.
///
/// # Panics
/// When it cannot be started.
pub fn run(name: &str, root: &Path, arguments: &[&str], input: &str) -> Printed {
    run_with(command(name, root, arguments), input)
}

/// Runs `name` over `root` with one more environment variable.
///
/// # Panics
/// When it cannot be started.
pub fn run_in(name: &str, root: &Path, variable: (&str, &Path), arguments: &[&str]) -> Printed {
    let mut command = command(name, root, arguments);
    command.env(variable.0, variable.1);
    run_with(command, "")
}

fn run_with(mut command: Command, input: &str) -> Printed {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that refuses at once reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Printed { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs `name` at a terminal: each answer is typed when its question is there, and a hidden one only once the terminal
/// shows nothing. Also gives what the terminal showed of the typing.
///
/// # Panics
/// When a question does not come.
pub fn run_at_terminal(name: &str, root: &Path, dialogue: &[(&str, &str, Shown)]) -> (Printed, String) {
    let mut screen = File::from(openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap());
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let path = ptsname(&screen, Vec::new()).unwrap().into_string().unwrap();
    let open = || File::options().read(true).write(true).open(&path).unwrap();
    // Kept open, so that what was shown can still be read when the command has ended.
    let keyboard = open();
    let mut child = command(name, root, &[]).stdin(open()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut out = Vec::new();
    for (question, answer, shown) in dialogue {
        let from = out.len();
        while !String::from_utf8_lossy(&out[from..]).ends_with(question) {
            let mut byte = [0];
            assert_eq!(output.read(&mut byte).unwrap(), 1, "the question `{question}` did not come: {out:?}");
            out.push(byte[0]);
        }
        let echoes = tcgetattr(&keyboard).unwrap().local_modes.contains(LocalModes::ECHO);
        assert_eq!(echoes, *shown == Shown::Yes, "{question}");
        screen.write_all(format!("{answer}\n").as_bytes()).unwrap();
    }
    output.read_to_end(&mut out).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    let code = child.wait().unwrap().code().unwrap();
    // A last mark, so that reading the screen comes to an end.
    screen.write_all(b"END\n").unwrap();
    let mut seen = Vec::new();
    while !String::from_utf8_lossy(&seen).contains("END") {
        let mut byte = [0];
        screen.read_exact(&mut byte).unwrap();
        seen.push(byte[0]);
    }
    let printed = Printed { code, out: String::from_utf8(out).unwrap(), err };
    (printed, String::from_utf8(seen).unwrap())
}

/// Whether an answer may appear on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is typed.
    Yes,
    /// It is a secret.
    No,
}
