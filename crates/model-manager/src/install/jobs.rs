//! Installations since the server started and those that an earlier run left, with how each stands.

use super::source::Source;
use super::staging::Staging;
use crate::ModelError;
use crate::download::{Order, Part};
use invoke_events::InstallFailure;
use invoke_permissions::{Grant, Manage, Model};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::watch;

/// How an installation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstallStatus {
    /// Others come first.
    Waiting,
    /// Files are coming.
    Downloading,
    /// All files are there.
    DownloadsDone,
    /// The model is recognised, measured and registered.
    Running,
    /// It stands still until somebody says so.
    Paused,
    /// The model is there.
    Completed,
    /// It failed.
    Error,
    /// It was called off.
    Cancelled,
}

/// Each state and the word of the API for it.
const WORDS: [(InstallStatus, &str); 8] = [
    (InstallStatus::Waiting, "waiting"),
    (InstallStatus::Downloading, "downloading"),
    (InstallStatus::DownloadsDone, "downloads_done"),
    (InstallStatus::Running, "running"),
    (InstallStatus::Paused, "paused"),
    (InstallStatus::Completed, "completed"),
    (InstallStatus::Error, "error"),
    (InstallStatus::Cancelled, "cancelled"),
];

impl InstallStatus {
    /// The word of the API.
    pub fn as_str(self) -> &'static str {
        WORDS.iter().find(|(status, _)| *status == self).map_or("error", |(_, word)| word)
    }

    /// The state of that word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        WORDS.iter().find(|(_, known)| *known == word).map(|(status, _)| *status)
    }

    /// Whether nothing comes after it.
    pub fn is_last(self) -> bool {
        matches!(self, Self::Completed | Self::Error | Self::Cancelled)
    }
}

/// One installation.
#[derive(Debug, Clone, PartialEq)]
pub struct InstallJob {
    /// Counted from 0 since the server started.
    pub id: i64,
    /// How it stands.
    pub status: InstallStatus,
    /// Where the model comes from.
    pub source: Source,
    /// The file or folder that becomes the model, absolute; before its name is known, the folder it gets into.
    pub path: PathBuf,
    /// Fields of the record as who installs it wants them.
    pub changes: Map<String, Value>,
    /// Bytes to install.
    pub total_bytes: u64,
    /// Bytes installed or downloaded.
    pub bytes: u64,
    /// Its files, if they are downloaded.
    pub parts: Vec<Part>,
    /// What the source says of the model, as the API shows it.
    pub metadata: Option<Value>,
    /// The new record, once completed.
    pub config: Option<Value>,
    /// Why it failed.
    pub failure: Option<InstallFailure>,
    pub(super) description: Option<String>,
    pub(super) staging: Option<Staging>,
    pub(super) registering: Option<Registering>,
}

/// A model whose files are on their way into the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Registering {
    /// Its key.
    pub(super) key: String,
    /// Its name, unless somebody named it.
    pub(super) name: String,
    /// The name of the one file it is; a folder has none.
    pub(super) file: Option<String>,
}

impl InstallJob {
    /// A job that waits.
    pub(super) fn new(source: Source, path: PathBuf, changes: Map<String, Value>) -> Self {
        Self {
            id: 0,
            status: InstallStatus::Waiting,
            source,
            path,
            changes,
            total_bytes: 0,
            bytes: 0,
            parts: Vec::new(),
            metadata: None,
            config: None,
            failure: None,
            description: None,
            staging: None,
            registering: None,
        }
    }

    /// Whether the files stay where they are.
    pub fn inplace(&self) -> bool {
        matches!(self.source, Source::Local { inplace: true, .. })
    }

    /// Bytes of its files, those on disk and those to come.
    pub(super) fn count_bytes(&mut self) {
        self.bytes = self.parts.iter().map(|part| part.bytes).sum();
        let total = self.parts.iter().map(|part| part.total_bytes).sum();
        self.total_bytes = self.total_bytes.max(total);
    }
}

/// How the downloads of a job are told what to do.
#[derive(Debug, Clone)]
pub(super) struct Control {
    pub(super) order: Arc<watch::Sender<Order>>,
    /// Held by who works on the job's files, so that the next one begins when the one before has let go.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
}

impl Default for Control {
    fn default() -> Self {
        Self { order: Arc::new(watch::Sender::new(Order::Run)), turn: Arc::default() }
    }
}

/// All of them, in order.
#[derive(Debug, Default)]
pub(crate) struct Jobs(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    jobs: Vec<(InstallJob, Control)>,
    next: i64,
    next_download: i64,
}

impl Jobs {
    /// Adds a job, unless one that has not ended has the same source; the one or the other comes back, with whether it is new.
    pub(super) fn add(&self, _: &Grant<Model, Manage>, mut job: InstallJob) -> (InstallJob, bool) {
        let mut state = self.0.lock();
        let text = job.source.text();
        let same = |(other, _): &&(InstallJob, Control)| !other.status.is_last() && other.source.text() == text;
        if let Some((other, _)) = state.jobs.iter().find(same) {
            return (other.clone(), false);
        }
        job.id = state.next;
        state.next += 1;
        // The reference numbers the downloads of a job together with their sum.
        state.next_download += 1;
        for part in &mut job.parts {
            part.id = state.next_download;
            state.next_download += 1;
        }
        state.jobs.push((job.clone(), Control::default()));
        (job, true)
    }

    pub(crate) fn all(&self, _: &Grant<Model, Manage>) -> Vec<InstallJob> {
        self.0.lock().jobs.iter().map(|(job, _)| job.clone()).collect()
    }

    pub(crate) fn get(&self, _: &Grant<Model, Manage>, id: i64) -> Result<InstallJob, ModelError> {
        self.find(id).map(|(job, _)| job).ok_or(ModelError::NoSuchJob(id))
    }

    pub(super) fn find(&self, id: i64) -> Option<(InstallJob, Control)> {
        self.0.lock().jobs.iter().find(|(job, _)| job.id == id).cloned()
    }

    /// Changes a job; what it looks like afterwards and what `change` gave come back.
    pub(super) fn change<T>(&self, id: i64, change: impl FnOnce(&mut InstallJob) -> T) -> Option<(InstallJob, T)> {
        let mut state = self.0.lock();
        let (job, _) = state.jobs.iter_mut().find(|(job, _)| job.id == id)?;
        let given = change(job);
        Some((job.clone(), given))
    }

    /// Numbers for files that are added to a job later.
    pub(super) fn number(&self, parts: &mut [Part]) {
        let mut state = self.0.lock();
        for part in parts {
            part.id = state.next_download;
            state.next_download += 1;
        }
    }

    /// Forgets those that have ended, and gives them back.
    pub(super) fn prune(&self, _: &Grant<Model, Manage>) -> Vec<InstallJob> {
        let mut state = self.0.lock();
        let (ended, open) = std::mem::take(&mut state.jobs).into_iter().partition(|(job, _)| job.status.is_last());
        state.jobs = open;
        let ended: Vec<(InstallJob, Control)> = ended;
        ended.into_iter().map(|(job, _)| job).collect()
    }
}
