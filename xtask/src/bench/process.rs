//! A server process with a fresh root, ended with its group when dropped.

use super::http::Client;
use anyhow::{Context, Result, bail};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A running server.
pub(crate) struct Server {
    child: Child,
    /// Removed with the server, where it is the server's alone.
    root_kept: Option<TempDir>,
    /// Where it listens, on 127.0.0.1.
    pub(crate) port: u16,
    /// From exec to the first answer.
    pub(crate) start_seconds: f64,
}

impl Server {
    /// Starts `command` in multi-user mode on a free port and waits for its first answer.
    ///
    /// # Errors
    /// When it can not be started, ends, or does not answer within two minutes.
    pub(crate) fn start(command: &str) -> Result<Self> {
        let root = tempfile::Builder::new().prefix("invokeai-bench-").tempdir()?;
        let mut server = Self::start_in(command, root.path())?;
        server.root_kept = Some(root);
        Ok(server)
    }

    /// The same over a root that outlives it.
    ///
    /// # Errors
    /// When it can not be started, ends, or does not answer within two minutes.
    pub(crate) fn start_in(command: &str, root: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let yaml = format!(
            "schema_version: 4.0.2\nmultiuser: true\nhost: 127.0.0.1\nport: {port}\ndevice: cpu\nprecision: float32\n"
        );
        std::fs::write(root.join("invokeai.yaml"), yaml)?;
        let mut words = command.split_whitespace();
        let mut process = Command::new(words.next().context("an empty command")?);
        process.args(words).arg("--root").arg(root).process_group(0);
        process.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null()).env("HF_HUB_OFFLINE", "1");
        let start = Instant::now();
        let child = process.spawn().with_context(|| format!("can not start `{command}`"))?;
        let mut server = Self { child, root_kept: None, port, start_seconds: 0.0 };
        while start.elapsed() < Duration::from_secs(120) {
            let answered = Client::connect(port).and_then(|mut client| client.get("/api/v1/app/version", None));
            if answered.is_ok() {
                server.start_seconds = start.elapsed().as_secs_f64();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("`{command}` ended before it answered: {status}");
            }
            #[expect(clippy::disallowed_methods, reason = "a foreign process tells nobody when it listens")]
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("`{command}` did not answer within two minutes")
    }

    /// Resident memory of the server process.
    ///
    /// # Errors
    /// When the process is gone.
    pub(crate) fn resident_megabytes(&self) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The group, so that a worker goes with its server; started by us, so ours to end.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
