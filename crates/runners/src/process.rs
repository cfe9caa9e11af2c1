//! One worker process: how it is started, what it says, how it ends.

use crate::settings::RunnerSettings;
use invoke_worker_protocol::TOKEN_BYTES;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::ffi::OsStr;
use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;
use tracing::Level;

/// What a worker gets of the server's environment. Nothing else: a worker has no business with secrets in there.
const PASSED_ON: [&str; 7] = ["PATH", "HOME", "LANG", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "TMPDIR", "RUST_LOG"];
const PASSED_ON_PREFIX: &str = "OMP_";

/// Time a worker has to end when it is asked to.
const FAREWELL: Duration = Duration::from_secs(5);

/// Lines of a worker's log that are kept for the report of its death.
const LAST_WORDS: usize = 20;

/// Longest line of a worker's log.
const LINE_BYTES: u64 = 4096;

/// A started worker. Dropping it kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Held open: its end is the worker's signal that the server is gone.
    stdin: Option<ChildStdin>,
    log: Arc<Mutex<VecDeque<String>>>,
    reader: tokio::task::JoinHandle<()>,
}

impl Process {
    pub(crate) async fn start(
        settings: &RunnerSettings,
        socket: &Path,
        device: &str,
        token: &[u8; TOKEN_BYTES],
    ) -> io::Result<Self> {
        let environment = settings.environment.iter().filter(|(name, _)| passes(name));
        let mut child = Command::new(&settings.worker_binary)
            .arg("--socket")
            .arg(socket)
            .args(["--device", device])
            .env_clear()
            // Threads that wait for work would spin otherwise, also while there is nothing to do.
            .env("OMP_WAIT_POLICY", "PASSIVE")
            .envs(environment.map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut stdin = child.stdin.take();
        if let Some(stdin) = &mut stdin {
            let line: String = token.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
            // A worker that has ended already says why by its exit status.
            let _ = stdin.write_all(line.as_bytes()).await;
        }
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let reader = tokio::spawn(read_log(child.stderr.take(), device.to_owned(), log.clone()));
        Ok(Self { child, stdin, log, reader })
    }

    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Waits for the end of the process and says how it ended: `exited with code 1`, `was ended by signal 9 (SIGKILL)`.
    pub(crate) async fn ended(&mut self) -> String {
        match self.child.wait().await {
            Ok(status) => describe(status),
            Err(error) => format!("was lost ({error})"),
        }
    }

    /// Says how a process ended whose connection is gone; one that goes on without it is killed.
    pub(crate) async fn ended_or_killed(&mut self) -> String {
        if let Ok(how) = timeout(FAREWELL, self.ended()).await {
            return how;
        }
        self.kill().await;
        "closed its connection".to_owned()
    }

    pub(crate) async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a worker could not be killed");
        }
    }

    /// Waits until a worker that was asked to end has ended, then stops waiting and kills it.
    pub(crate) async fn farewell(&mut self) {
        self.stdin = None;
        if timeout(FAREWELL, self.child.wait()).await.is_err() {
            tracing::warn!(pid = self.pid(), "a worker did not end when asked to; it is killed");
            self.kill().await;
        }
    }

    /// The last lines of its log, complete once the process has ended.
    pub(crate) async fn last_words(&mut self) -> Vec<String> {
        // A child of the worker could hold the pipe open: do not wait for ever.
        let _ = timeout(FAREWELL, &mut self.reader).await;
        self.log.lock().iter().cloned().collect()
    }
}

pub(crate) fn passes(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| PASSED_ON.contains(&name) || name.starts_with(PASSED_ON_PREFIX))
}

/// Passes a worker's lines on to the server's log.
async fn read_log(from: Option<impl AsyncRead + Unpin>, device: String, log: Arc<Mutex<VecDeque<String>>>) {
    let Some(from) = from else { return };
    let mut from = BufReader::new(from);
    loop {
        let mut line = Vec::new();
        match (&mut from).take(LINE_BYTES).read_until(b'\n', &mut line).await {
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        match level_of(&line) {
            (Level::ERROR, text) => tracing::error!(target: "worker", device, "{text}"),
            (Level::WARN, text) => tracing::warn!(target: "worker", device, "{text}"),
            (Level::DEBUG, text) => tracing::debug!(target: "worker", device, "{text}"),
            (Level::TRACE, text) => tracing::trace!(target: "worker", device, "{text}"),
            (_, text) => tracing::info!(target: "worker", device, "{text}"),
        }
        let mut log = log.lock();
        if log.len() == LAST_WORDS {
            log.pop_front();
        }
        log.push_back(line);
    }
}

/// The level a line begins with, and the rest. What says none did not come from the worker's own log, but from a panic
/// or a native library: a warning.
fn level_of(line: &str) -> (Level, &str) {
    let (word, text) = line.trim_start().split_once(' ').unwrap_or((line, ""));
    // A digit would be a level as well.
    let level = word.parse().ok().filter(|_| word.bytes().all(|letter| letter.is_ascii_uppercase()));
    level.map_or((Level::WARN, line), |level| (level, text))
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with code {code}"),
        (None, Some(signal)) => {
            let name = match signal {
                4 => " (SIGILL: the processor lacks an instruction it uses)",
                6 => " (SIGABRT)",
                7 => " (SIGBUS)",
                8 => " (SIGFPE)",
                9 => " (SIGKILL: by a person, or by the system for want of memory)",
                11 => " (SIGSEGV)",
                15 => " (SIGTERM)",
                _ => "",
            };
            format!("was ended by signal {signal}{name}")
        }
        (None, None) => "ended in an unknown way".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_sees_a_short_list_of_the_environment() {
        for passed in ["PATH", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES", "RUST_LOG"] {
            assert!(passes(OsStr::new(passed)), "{passed}");
        }
        for kept in ["INVOKEAI_JWT_SECRET_KEY", "AWS_SECRET_ACCESS_KEY", "PATHS", "LD_PRELOAD", ""] {
            assert!(!passes(OsStr::new(kept)), "{kept}");
        }
    }

    #[test]
    fn lines_keep_the_level_the_worker_gave_them() {
        assert_eq!(level_of(" WARN invokeai_worker: no"), (Level::WARN, "invokeai_worker: no"));
        assert_eq!(level_of("ERROR x"), (Level::ERROR, "x"));
        for plain in ["thread 'main' panicked at a.rs:1:", "3 things", "terminate called", ""] {
            assert_eq!(level_of(plain), (Level::WARN, plain));
        }
    }

    #[test]
    fn the_end_of_a_process_is_told_in_words() {
        assert_eq!(describe(ExitStatus::from_raw(3 << 8)), "exited with code 3");
        assert!(describe(ExitStatus::from_raw(9)).starts_with("was ended by signal 9 (SIGKILL"));
        assert_eq!(describe(ExitStatus::from_raw(10)), "was ended by signal 10");
    }

    #[tokio::test]
    async fn the_last_lines_are_kept_and_long_ones_cut() {
        let mut text: String = (0..30).map(|line| format!("line {line}\n")).collect();
        text.push_str(&"x".repeat(5000));
        let log = Arc::new(Mutex::new(VecDeque::new()));
        read_log(Some(text.as_bytes()), "cpu".into(), log.clone()).await;
        let log = log.lock();
        assert_eq!(log.len(), LAST_WORDS);
        assert_eq!(log[0], "line 12");
        assert_eq!((log[18].len(), log[19].len()), (4096, 904));
    }
}
