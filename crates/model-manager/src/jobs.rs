//! Installations since the server started, with how each stands.

use crate::ModelError;
use invoke_events::InstallFailure;
use invoke_permissions::{Grant, Manage, Model};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// How an installation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallStatus {
    /// Others come first.
    Waiting,
    /// Under way.
    Running,
    /// The model is there.
    Completed,
    /// It failed.
    Error,
    /// It was called off before it began.
    Cancelled,
}

impl InstallStatus {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Error => "error",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One installation from a local path.
#[derive(Debug, Clone, PartialEq)]
pub struct InstallJob {
    /// Counted from 0 since the server started.
    pub id: i64,
    /// How it stands.
    pub status: InstallStatus,
    /// What is installed, absolute.
    pub path: PathBuf,
    /// The files stay where they are.
    pub inplace: bool,
    /// Fields of the record as who installs it wants them.
    pub changes: Map<String, Value>,
    /// Bytes to install.
    pub total_bytes: u64,
    /// Bytes installed.
    pub bytes: u64,
    /// The new record, once completed.
    pub config: Option<Value>,
    /// Why it failed.
    pub failure: Option<InstallFailure>,
}

impl InstallJob {
    /// The source as the API describes it.
    pub fn source(&self) -> Value {
        serde_json::json!({ "path": self.path, "inplace": self.inplace, "type": "local" })
    }
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    jobs: Vec<InstallJob>,
    next: i64,
}

impl Jobs {
    pub(crate) fn add(
        &self,
        _: &Grant<Model, Manage>,
        path: PathBuf,
        inplace: bool,
        changes: Map<String, Value>,
    ) -> InstallJob {
        let mut state = self.0.lock();
        let job = InstallJob {
            id: state.next,
            status: InstallStatus::Waiting,
            path,
            inplace,
            changes,
            total_bytes: 0,
            bytes: 0,
            config: None,
            failure: None,
        };
        state.next += 1;
        state.jobs.push(job.clone());
        job
    }

    pub(crate) fn all(&self, _: &Grant<Model, Manage>) -> Vec<InstallJob> {
        self.0.lock().jobs.clone()
    }

    pub(crate) fn get(&self, _: &Grant<Model, Manage>, id: i64) -> Result<InstallJob, ModelError> {
        self.0.lock().jobs.iter().find(|job| job.id == id).cloned().ok_or(ModelError::NoSuchJob(id))
    }

    pub(crate) fn change(&self, id: i64, change: impl FnOnce(&mut InstallJob)) {
        if let Some(job) = self.0.lock().jobs.iter_mut().find(|job| job.id == id) {
            change(job);
        }
    }

    /// Forgets those that have ended.
    pub(crate) fn prune(&self, _: &Grant<Model, Manage>) {
        self.0.lock().jobs.retain(|job| matches!(job.status, InstallStatus::Waiting | InstallStatus::Running));
    }
}
