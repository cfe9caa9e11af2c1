//! The downloads of an installation: its files side by side, as many as are free among all installations; what they report
//! is written down and told.

use super::civitai;
use super::jobs::{InstallJob, InstallStatus};
use crate::ModelError;
use crate::download::{DownloadError, Order, Part, PartStatus, Progress, fetch, has_room};
use crate::hub;
use crate::models::{Shared, may_install};
use invoke_events::{Event, FileDownload, FilePart, FileState, InstallFailure};
use invoke_permissions::Actor;
use invoke_storage::stops;
use std::sync::{Arc, OnceLock, mpsc};
use tokio::runtime::{Handle, Runtime};
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

/// Threads that wait for the network and write what comes.
const THREADS: usize = 2;

/// Where downloads run. They end with it.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Started by the first download.
    runtime: OnceLock<Runtime>,
    installer: mpsc::Sender<i64>,
}

impl Engine {
    pub(crate) fn new(installer: mpsc::Sender<i64>) -> Self {
        Self { runtime: OnceLock::new(), installer }
    }

    fn handle(&self) -> std::io::Result<&Handle> {
        if self.runtime.get().is_none() {
            let mut builder = tokio::runtime::Builder::new_multi_thread();
            let runtime = builder.worker_threads(THREADS).thread_name("downloads").enable_all().build()?;
            if let Err(spare) = self.runtime.set(runtime) {
                spare.shutdown_background();
            }
        }
        self.runtime.get().map(Runtime::handle).ok_or_else(|| std::io::Error::other("no threads for downloads"))
    }

    /// Waits for an answer of the network on the caller's thread, which must be one that may block.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> std::io::Result<T> {
        Ok(self.handle()?.block_on(work))
    }

    /// Lets `work` run until it ends or the server does.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        match self.handle() {
            Ok(handle) => drop(handle.spawn(work)),
            Err(error) => tracing::error!(%error, "downloads can not be started"),
        }
    }

    /// Hands a job to the thread that installs.
    pub(super) fn install(&self, id: i64) {
        // The thread lives as long as this sender.
        let _ = self.installer.send(id);
    }

    /// Begins or goes on to download the files of a job that waits.
    pub(super) fn download(&self, shared: &Arc<Shared>, id: i64) {
        let driver = Driver { shared: Arc::clone(shared), installer: self.installer.clone() };
        self.spawn(driver.drive(id));
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // May be dropped where waiting is not allowed. What is cut off here goes on at the next start.
            runtime.shutdown_background();
        }
    }
}

/// Downloads the files of one job.
struct Driver {
    shared: Arc<Shared>,
    installer: mpsc::Sender<i64>,
}

impl Driver {
    async fn drive(self, id: i64) {
        let Some((_, control)) = self.shared.jobs.find(id) else { return };
        // Those who worked on the files before may still be letting go.
        let _turn = control.turn.lock().await;
        let Some((job, _)) = self.shared.jobs.find(id).filter(|(job, _)| open(job)) else { return };
        if let Err(error) = self.complete(id, &job).await {
            return self.fail(id, None, &error, &job);
        }
        let Some((job, _)) = self.shared.jobs.find(id) else { return };
        let missing: Vec<Part> =
            job.parts.iter().filter(|part| part.status != PartStatus::Completed).cloned().collect();
        let needed = missing.iter().map(|part| part.total_bytes.saturating_sub(part.bytes)).sum();
        if let Err(error) = has_room(&self.shared.settings.models_dir, needed) {
            return self.fail(id, None, &error, &job);
        }
        let mut files = JoinSet::new();
        for part in missing {
            let order = control.order.subscribe();
            files.spawn(file(Arc::clone(&self.shared), id, part, order));
        }
        let mut failed = false;
        if files.is_empty() {
            self.done(id, None);
        }
        while let Some(ended) = files.join_next().await {
            let Ok((part, result)) = ended else { continue };
            match result {
                Ok(()) => self.done(id, Some(&part)),
                Err(DownloadError::Stopped(order)) => self.stopped(id, &part, order),
                Err(error) => {
                    let Some((job, _)) = self.shared.jobs.find(id) else { continue };
                    if !failed {
                        failed = true;
                        // The others are not wanted without it.
                        control.order.send_replace(Order::Pause);
                        self.fail(id, Some(part), &error, &job);
                    }
                }
            }
        }
    }

    /// Finds out which files there are, where that is not known yet.
    async fn complete(&self, id: i64, job: &InstallJob) -> Result<(), DownloadError> {
        if !job.parts.is_empty() {
            return Ok(());
        }
        let Some(staging) = &job.staging else { return Ok(()) };
        let unplanned = |error: ModelError| DownloadError::Planning(error.to_string());
        let grant = may_install(&Actor::operator()).map_err(unplanned)?;
        let plan = self.shared.plan(&grant, &job.source).await.map_err(unplanned)?;
        let mut parts = plan.parts(staging);
        self.shared.jobs.number(&mut parts);
        self.shared.jobs.change(id, |job| {
            (job.parts, job.metadata, job.description) = (parts, plan.metadata, plan.description);
            job.count_bytes();
        });
        Ok(())
    }

    /// A file is there; perhaps it was the last one.
    fn done(&self, id: i64, part: Option<&Part>) {
        let changed = self.shared.jobs.change(id, |job| {
            if let Some(part) = part {
                put(job, part);
            }
            let whole = job.parts.iter().all(|part| part.status == PartStatus::Completed);
            let ends = whole && open(job);
            if ends {
                job.status = InstallStatus::DownloadsDone;
            }
            ends
        });
        let Some((job, whole)) = changed else { return };
        self.shared.write_marker(id);
        stops::reach("AfterFileIsNamed");
        if whole {
            self.shared.bus.send(Event::InstallDownloadsComplete { job: id, source: job.source.to_json() });
        }
        if let Some(part) = part {
            tell(&self.shared, part, FileState::Complete { total: part.total_bytes });
        }
        if whole {
            stops::reach("AfterDownloads");
            let _ = self.installer.send(id);
        }
    }

    fn stopped(&self, id: i64, part: &Part, order: Order) {
        let mut part = part.clone();
        let ran = part.status == PartStatus::Running;
        part.status = match order {
            Order::Cancel => PartStatus::Cancelled,
            _ if ran => PartStatus::Paused,
            _ => part.status,
        };
        self.shared.jobs.change(id, |job| put(job, &part));
        self.shared.write_marker(id);
        if order == Order::Cancel && ran {
            tell(&self.shared, &part, FileState::Cancelled);
        }
    }

    /// What can go on later stands still; what can not has failed.
    fn fail(&self, id: i64, part: Option<Part>, error: &DownloadError, before: &InstallJob) {
        let failure = InstallFailure { kind: error.kind().to_owned(), message: error.chain() };
        tracing::warn!(
            source = crate::download::shown(&before.source.text()),
            message = failure.message,
            "a download failed"
        );
        let changed = self.shared.jobs.change(id, |job| {
            if let Some(mut part) = part.clone() {
                part.status = PartStatus::Error;
                part.failure = Some((failure.kind.clone(), failure.message.clone()));
                if error.may_pass() && part.bytes > 0 {
                    part.status = PartStatus::Paused;
                    part.resume_required = true;
                    part.resume_message = Some(format!("Download interrupted. Resume required. ({})", failure.message));
                }
                put(job, &part);
            }
            job.count_bytes();
            if job.status.is_last() {
                return None;
            }
            // What another program began is kept until its files can be asked for.
            if job.parts.is_empty() || (error.may_pass() && job.bytes > 0) {
                job.status = InstallStatus::Paused;
                return Some(false);
            }
            job.status = InstallStatus::Error;
            job.failure = Some(failure.clone());
            Some(true)
        });
        let Some((job, Some(ended))) = changed else { return };
        self.shared.write_marker(id);
        if ended {
            self.shared.bus.send(Event::InstallFailed {
                job: id,
                source: job.source.to_json(),
                failure: failure.clone(),
            });
            if let Some(part) = &part {
                // As the reference writes it, the class has the reason in it.
                let kind = format!("{}({})", failure.kind, failure.message);
                tell(&self.shared, part, FileState::Failed(InstallFailure { kind, ..failure }));
            }
            if let Some(staging) = job.staging.filter(|_| job.bytes == 0) {
                staging.remove();
            }
        }
    }
}

/// Whether files of the job are wanted.
fn open(job: &InstallJob) -> bool {
    matches!(job.status, InstallStatus::Waiting | InstallStatus::Downloading)
}

/// Downloads one file when its turn comes.
async fn file(
    shared: Arc<Shared>,
    id: i64,
    mut part: Part,
    mut order: watch::Receiver<Order>,
) -> (Part, Result<(), DownloadError>) {
    let turn = tokio::select! {
        biased;
        stop = order.wait_for(|order| *order != Order::Run) => {
            let stop = stop.map_or(Order::Pause, |order| *order);
            return (part, Err(DownloadError::Stopped(stop)));
        }
        turn = Arc::clone(&shared.slots).acquire_owned() => turn,
    };
    part.status = PartStatus::Running;
    (part.started, part.ended, part.failure) = (Some(shared.now()), None, None);
    (part.resume_required, part.resume_message) = (false, None);
    let told = Told { shared: Arc::clone(&shared), job: id };
    let result = match shared.prepare(id, &mut part).await {
        Ok(token) => fetch(&shared.http, &mut part, token.as_deref(), &mut order, &told).await,
        Err(error) => Err(error),
    };
    drop(turn);
    part.ended = Some(shared.now());
    if result.is_ok() {
        part.status = PartStatus::Completed;
    }
    (part, result)
}

impl Shared {
    /// What has to be known before a file is asked for: whose token is sent, and at CivitAI what the address stands for.
    async fn prepare(&self, id: i64, part: &mut Part) -> Result<Option<String>, DownloadError> {
        let given = self.jobs.find(id).and_then(|(job, _)| job.source.token().map(str::to_owned));
        let of_hub = Url::parse(&part.url).is_ok_and(|url| hub::owns(&self.settings.hub, &url));
        let token = given.or_else(|| of_hub.then(|| self.settings.hub_token.get())?);
        if part.sha256.is_none() {
            civitai::complete(&self.http, &self.settings.civitai, part, token.as_deref()).await?;
        }
        Ok(token)
    }
}

/// Writes down and tells how a file comes along.
struct Told {
    shared: Arc<Shared>,
    job: i64,
}

impl Progress for Told {
    fn started(&self, part: &Part) {
        self.shared.jobs.change(self.job, |job| {
            put(job, part);
            if job.status == InstallStatus::Waiting {
                job.status = InstallStatus::Downloading;
            }
            let first = part.path.as_ref().and_then(|path| job.staging.as_ref()?.first_below(path));
            job.path = first.unwrap_or_else(|| job.path.clone());
            job.count_bytes();
        });
        self.shared.write_marker(self.job);
        tell(&self.shared, part, FileState::Started);
        stops::reach("AfterDownloadStarted");
    }

    fn progress(&self, part: &Part) {
        let changed = self.shared.jobs.change(self.job, |job| {
            put(job, part);
            job.count_bytes();
        });
        if let Some((job, ())) = changed {
            self.shared.bus.send(Event::InstallProgress {
                job: job.id,
                source: job.source.to_json(),
                local_path: job.path.display().to_string(),
                bytes: job.bytes,
                total_bytes: job.total_bytes,
                parts: job.parts.iter().map(shown).collect(),
            });
        }
        tell(&self.shared, part, FileState::Progress { bytes: part.bytes, total: part.total_bytes });
    }
}

fn shown(part: &Part) -> FilePart {
    FilePart {
        url: part.url.clone(),
        local_path: part.path.as_ref().map(|path| path.display().to_string()),
        bytes: part.bytes,
        total_bytes: part.total_bytes,
    }
}

fn put(job: &mut InstallJob, part: &Part) {
    if let Some(known) = job.parts.iter_mut().find(|known| known.id == part.id) {
        known.clone_from(part);
    }
}

fn tell(shared: &Shared, part: &Part, state: FileState) {
    let path = part.path.as_ref().unwrap_or(&part.dest).display().to_string();
    shared.bus.send(Event::FileDownload(FileDownload { source: part.url.clone(), path, state }));
}
