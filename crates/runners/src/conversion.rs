//! Converting a model: a worker's program in a process of its own, without a device, so that a broken file takes nothing
//! along.

use crate::process::passes;
use crate::settings::RunnerSettings;
use invoke_queue::ConversionError;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How the process is started.
#[derive(Debug)]
pub(crate) struct Converter {
    program: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Converter {
    pub(crate) fn new(settings: &RunnerSettings) -> Self {
        let environment = settings.environment.iter().filter(|(name, _)| passes(name)).cloned().collect();
        Self { program: settings.worker_binary.clone(), environment }
    }

    /// Runs it to its end. The thread that calls this waits meanwhile, and with it the process would end.
    pub(crate) fn convert(&self, from: &Path, to: &Path) -> Result<(), ConversionError> {
        let failed = |reason: String| ConversionError::Failed(reason);
        let output = Command::new(&self.program)
            .arg("convert")
            .args([from, to])
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| failed(format!("the worker could not be started: {error}")))?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
        tracing::warn!(file = %from.display(), status = %output.status, said = %said, "a model was not converted");
        let reason = last
            .trim_start()
            .strip_prefix("ERROR")
            .map_or(last, |rest| rest.split_once(": ").map_or(rest, |(_, text)| text));
        Err(failed(reason.trim().to_owned()))
    }
}
