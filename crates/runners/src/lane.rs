//! One device: takes items, has a worker for them, and gives the worker back when there is nothing to do.

use crate::connection::Connection;
use crate::current::Current;
use crate::endpoint::Door;
use crate::error::StartError;
use crate::model_cache::ModelCaches;
use crate::node_cache::NodeCaches;
use crate::process::Process;
use crate::run::{Driver, End};
use crate::scratch::Scratch;
use crate::service::{Desk, MayRun, Services};
use crate::settings::RunnerSettings;
use crate::status::Board;
use invoke_domain::{ItemFailure, ItemId, ModelKey, QueueItem, Random};
use invoke_events::{Bus, Event, NodeEvent};
use invoke_queue::{Outcome, WorkerState};
use invoke_worker_protocol::wire::{CacheCommand, Stop, Welcome, to_worker};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Attempts to start a worker before the item that needs it fails.
const START_ATTEMPTS: u32 = 3;

/// What all lanes share.
pub(crate) struct Shared {
    pub(crate) settings: RunnerSettings,
    pub(crate) services: Services,
    pub(crate) bus: Bus,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) door: Door,
    pub(crate) socket: PathBuf,
    pub(crate) board: Board,
    pub(crate) node_caches: NodeCaches,
    pub(crate) model_caches: ModelCaches,
}

/// How others reach a lane.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bell {
    /// There may be an item.
    pub(crate) wake: Arc<Notify>,
    pub(crate) current: Arc<Current>,
}

pub(crate) struct Lane {
    shared: Arc<Shared>,
    index: usize,
    device: String,
    bell: Bell,
    worker: Option<Box<Worker>>,
    /// Starts that failed since the last that did not.
    failures: u32,
    /// Calls of the queue that failed since the last that did not.
    queue_failures: u32,
    stop: StopSignal,
}

/// Says that the server ends.
#[derive(Debug, Clone)]
pub(crate) struct StopSignal(pub(crate) watch::Receiver<bool>);

impl StopSignal {
    fn is_called(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when the server ends, also when it is dropped.
    async fn called(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// A worker that is ready.
struct Worker {
    process: Process,
    connection: Connection,
    /// Fields are dropped in order: it is removed when the process is gone.
    scratch: Scratch,
    last_run: u64,
    idle_since: Instant,
    cache_wishes: watch::Receiver<CacheCommand>,
    /// Models it has loaded, the last one last.
    loaded: VecDeque<ModelKey>,
}

/// Models of a worker that count as being in its memory; more than this are hardly there at once.
const LOADED: usize = 8;

/// How the rest of an idle worker ended, if not by work.
enum Rest {
    Enough,
    /// It was told something and rests on.
    Told,
    Gone(String),
}

impl Worker {
    async fn rest(&mut self, idle: Option<Duration>) -> Rest {
        let Self { connection, cache_wishes, idle_since, .. } = self;
        let deadline = idle.map(|idle| *idle_since + idle);
        let enough = async {
            match deadline {
                Some(deadline) => sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let wish = async {
            if cache_wishes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
            *cache_wishes.borrow_and_update()
        };
        let wish = tokio::select! {
            () = enough => return Rest::Enough,
            message = connection.next() => return Rest::Gone(match message {
                Ok(_) => "it spoke without being asked".to_owned(),
                Err(error) => error.to_string(),
            }),
            wish = wish => wish,
        };
        match connection.send(to_worker::Body::Cache(wish)).await {
            Ok(()) => Rest::Told,
            Err(error) => Rest::Gone(error.to_string()),
        }
    }
}

/// How an item ended.
struct Ended {
    session: Option<String>,
    outcome: Outcome,
    failed_node: Option<NodeEvent>,
}

impl Ended {
    fn failed(kind: &str, message: String, traceback: String) -> Self {
        let failure = ItemFailure { kind: kind.to_owned(), message, traceback };
        Self { session: None, outcome: Outcome::Failed(failure), failed_node: None }
    }

    fn canceled() -> Self {
        Self { session: None, outcome: Outcome::Canceled, failed_node: None }
    }
}

/// The server ends: nothing is finished any more.
struct Stopped;

impl Lane {
    pub(crate) fn new(shared: Arc<Shared>, index: usize, bell: Bell, stop: StopSignal) -> Self {
        let device = shared.settings.devices[index].clone();
        Self { shared, index, device, bell, worker: None, failures: 0, queue_failures: 0, stop }
    }

    /// Works until the server ends.
    pub(crate) async fn work(mut self) {
        while !self.stop.is_called() {
            let outcome = match self.claim().await {
                Some(item) => self.serve(item).await,
                None => self.wait().await,
            };
            if outcome.is_err() {
                break;
            }
        }
        self.end_worker().await;
    }

    async fn claim(&mut self) -> Option<QueueItem> {
        self.bell.current.begin_claim();
        let (backlog, device) = (self.shared.services.backlog.clone(), self.device.clone());
        let loaded: Vec<ModelKey> = self.worker.iter().flat_map(|worker| worker.loaded.iter().cloned()).collect();
        let claimed = spawn_blocking(move || backlog.claim(&device, &loaded)).await;
        let item = match claimed {
            Ok(Ok(item)) => {
                self.queue_failures = 0;
                item
            }
            Ok(Err(error)) => self.queue_failed("give an item", &error.to_string()).await,
            Err(error) => self.queue_failed("give an item", &error.to_string()).await,
        };
        self.bell.current.end_claim(item.as_ref().map(|item| item.id));
        item
    }

    /// Logs, waits, and has the lane ask again.
    async fn queue_failed<T>(&mut self, what: &str, error: &str) -> Option<T> {
        tracing::error!(device = self.device, error, "the queue could not {what}; it is asked again");
        self.queue_failures += 1;
        let wait = sleep(self.shared.settings.backoff.after(self.queue_failures));
        tokio::select! {
            () = wait => {}
            () = self.stop.called() => {}
        }
        self.bell.wake.notify_one();
        None
    }

    /// Waits for work, and meanwhile for the end of the worker.
    async fn wait(&mut self) -> Result<(), Stopped> {
        let wait = async {
            match &mut self.worker {
                Some(worker) => worker.rest(self.shared.settings.idle).await,
                None => std::future::pending().await,
            }
        };
        let rest = tokio::select! {
            () = self.bell.wake.notified() => return Ok(()),
            () = self.stop.called() => return Err(Stopped),
            rest = wait => rest,
        };
        match rest {
            Rest::Told => {}
            Rest::Enough => {
                tracing::info!(device = self.device, "the worker had nothing to do for a while and is ended");
                self.end_worker().await;
            }
            Rest::Gone(reason) => {
                let ended = self.bury().await;
                tracing::warn!(device = self.device, reason, "an idle worker {ended}; the next item starts another");
            }
        }
        Ok(())
    }

    /// Runs an item and gives it back to the queue.
    async fn serve(&mut self, item: QueueItem) -> Result<(), Stopped> {
        let item = Arc::new(item);
        let ended = match self.execute(&item).await {
            Ok(ended) => ended,
            Err(Stopped) => {
                self.release(item.id).await;
                return Err(Stopped);
            }
        };
        self.finish(item.id, ended).await;
        self.bell.current.clear();
        if let Some(worker) = &mut self.worker {
            worker.idle_since = Instant::now();
            self.shared.board.set(self.index, WorkerState::Idle, worker.process.pid());
        }
        Ok(())
    }

    async fn execute(&mut self, item: &Arc<QueueItem>) -> Result<Ended, Stopped> {
        let desk = Arc::new(Desk::new(self.shared.services.clone(), item.clone()));
        let checked = desk.clone();
        let may_run = spawn_blocking(move || checked.may_run()).await.unwrap_or(MayRun::No);
        match may_run {
            _ if self.bell.current.is_canceled() => return Ok(Ended::canceled()),
            MayRun::Yes => {}
            MayRun::No => return Ok(Ended::canceled()),
            MayRun::NotWith(model) => {
                let message = format!("Not authorized to use the model '{model}'");
                return Ok(Ended::failed("PermissionError", message, String::new()));
            }
        }
        if self.worker.is_none() {
            match self.start_worker().await? {
                Started::Ready(worker) => self.worker = Some(worker),
                Started::Canceled => return Ok(Ended::canceled()),
                Started::Failed(error) => {
                    let message = format!("The worker for device `{}` could not be started: {error}", self.device);
                    return Ok(Ended::failed("WorkerUnavailable", message, String::new()));
                }
            }
        }
        let Some(worker) = &mut self.worker else { return Err(Stopped) };
        self.shared.board.update(self.index, |info| {
            info.state = WorkerState::Busy;
            info.item = Some(item.id);
        });
        worker.last_run += 1;
        let mut driver = Driver {
            connection: &mut worker.connection,
            number: worker.last_run,
            item: item.clone(),
            desk,
            bus: &self.shared.bus,
            current: &self.bell.current,
            cache_wishes: &mut worker.cache_wishes,
            cache_status: None,
            model_cache_stats: None,
            loaded: Vec::new(),
            cancel_grace: self.shared.settings.cancel_grace,
            // Clients show it; as in the reference, only where there may be several.
            shown_device: Some(self.device.clone()).filter(|device| device.starts_with("cuda")),
            node: None,
            failed_node: None,
        };
        let end = tokio::select! {
            end = driver.run() => end,
            () = self.stop.called() => {
                worker.process.kill().await;
                return Err(Stopped);
            }
        };
        let failed_node = driver.failed_node.take();
        for model in std::mem::take(&mut driver.loaded) {
            worker.loaded.retain(|known| *known != model);
            worker.loaded.push_back(model);
        }
        let surplus = worker.loaded.len().saturating_sub(LOADED);
        worker.loaded.drain(..surplus);
        if let Some(status) = driver.cache_status.take() {
            self.shared.node_caches.told(self.index, status);
        }
        if let Some(stats) = driver.model_cache_stats.take() {
            self.shared.model_caches.told(self.index, stats);
        }
        Ok(match end {
            // An item that ends because it was canceled may well end by an error.
            End::Finished { outcome: Outcome::Failed(_), .. } if self.bell.current.is_canceled() => Ended::canceled(),
            End::Finished { session, outcome } => Ended { session, outcome, failed_node },
            End::Stubborn => {
                tracing::warn!(device = self.device, item = %item.id, "a worker did not end a canceled item and is killed");
                worker.process.kill().await;
                self.bury().await;
                Ended::canceled()
            }
            End::Lost(reason) => {
                let (ended, log) = self.autopsy().await;
                tracing::error!(device = self.device, item = %item.id, %reason, "a worker {ended}");
                if self.bell.current.is_canceled() {
                    Ended::canceled()
                } else {
                    let message = format!("The worker of device `{}` {ended} while it ran this item", self.device);
                    Ended::failed("WorkerDied", message, format!("{reason}\n{}", log.join("\n")))
                }
            }
        })
    }

    /// Gives back the item that ran when the server was told to end. If that fails, the next start finds it interrupted.
    async fn release(&self, id: ItemId) {
        let backlog = self.shared.services.backlog.clone();
        let released = spawn_blocking(move || backlog.release(id)).await;
        let error = match released {
            Ok(Ok(())) => return,
            Ok(Err(error)) => error.to_string(),
            Err(error) => error.to_string(),
        };
        tracing::error!(item = %id, error, "an item could not be given back to the queue");
    }

    /// Records the end, then tells what came last. An item whose end is not recorded is not given up: it would stay
    /// `in_progress`.
    async fn finish(&mut self, id: ItemId, ended: Ended) {
        let Ended { session, outcome, failed_node } = ended;
        loop {
            let (backlog, session, outcome) = (self.shared.services.backlog.clone(), session.clone(), outcome.clone());
            let finished = spawn_blocking(move || backlog.finish(id, session, outcome)).await;
            let error = match finished {
                Ok(Ok(())) => {
                    self.queue_failures = 0;
                    break;
                }
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            self.queue_failed::<()>("record the end of an item", &error).await;
            if self.stop.is_called() {
                return;
            }
        }
        if let Some(event) = failed_node {
            self.shared.bus.send(Event::Node(Box::new(event)));
        }
    }

    /// Starts a worker, in a few attempts with growing waits. A device that failed before gets one attempt per item.
    async fn start_worker(&mut self) -> Result<Started, Stopped> {
        let attempts = if self.failures == 0 { START_ATTEMPTS } else { 1 };
        let mut attempt = 0;
        loop {
            attempt += 1;
            let wait = self.shared.settings.backoff.after(self.failures);
            let start = async {
                sleep(wait).await;
                self.shared.start(self.index, &self.device).await
            };
            let started = tokio::select! {
                started = start => started,
                () = self.bell.current.canceled() => {
                    self.shared.board.set(self.index, WorkerState::Asleep, None);
                    return Ok(Started::Canceled);
                }
                () = self.stop.called() => return Err(Stopped),
            };
            match started {
                Ok(worker) => {
                    self.failures = 0;
                    return Ok(Started::Ready(Box::new(worker)));
                }
                Err(error) => {
                    self.failures += 1;
                    self.shared.board.set(self.index, WorkerState::Dead, None);
                    tracing::error!(device = self.device, attempt, %error, "a worker could not be started");
                    if error.is_final() || attempt >= attempts {
                        return Ok(Started::Failed(error));
                    }
                }
            }
        }
    }

    /// Asks the worker to end, if there is one.
    async fn end_worker(&mut self) {
        let Some(mut worker) = self.worker.take() else { return };
        let _ = worker.connection.send(to_worker::Body::Stop(Stop {})).await;
        worker.process.farewell().await;
        drop(worker);
        self.shared.node_caches.gone(self.index);
        self.shared.model_caches.gone(self.index);
        self.shared.board.set(self.index, WorkerState::Asleep, None);
    }

    /// Lets go of a worker whose conversation is over; says how it ended.
    async fn bury(&mut self) -> String {
        self.autopsy().await.0
    }

    /// Lets go of a worker whose conversation is over; says how it ended, and its last words.
    async fn autopsy(&mut self) -> (String, Vec<String>) {
        let Some(worker) = self.worker.take() else {
            return ("was gone".to_owned(), Vec::new());
        };
        let Worker { mut process, connection, scratch, .. } = *worker;
        drop(connection);
        let ended = process.ended_or_killed().await;
        let log = process.last_words().await;
        drop(scratch);
        self.shared.node_caches.gone(self.index);
        self.shared.model_caches.gone(self.index);
        self.shared.board.set(self.index, WorkerState::Asleep, None);
        (ended, log)
    }
}

enum Started {
    Ready(Box<Worker>),
    Canceled,
    Failed(StartError),
}

impl Shared {
    /// One attempt: a process that dialed in, said who it is and was told its settings.
    async fn start(&self, index: usize, device: &str) -> Result<Worker, StartError> {
        let settings = &self.settings;
        let scratch = Scratch::new(&settings.scratch_dir, &*self.random).map_err(StartError::Scratch)?;
        let mut invitation = self.door.invite(device, &*self.random);
        let spawned = Process::start(settings, &self.socket, device, &invitation.token).await;
        let mut process =
            spawned.map_err(|source| StartError::Spawn { program: settings.worker_binary.clone(), source })?;
        self.board.set(index, WorkerState::Starting, process.pid());
        let arrival = async {
            tokio::select! {
                // A worker that is refused ends, too: its reason goes first.
                biased;
                Ok(arrived) = &mut invitation.arrival => Some(arrived),
                ended = process.ended() => {
                    let log = process.last_words().await;
                    Some(Err(StartError::Ended { ended, log }))
                }
            }
        };
        let arrived = timeout(settings.start_timeout, arrival).await.unwrap_or(None);
        let connection = arrived.unwrap_or(Err(StartError::Late(settings.start_timeout)))?;
        let mut cache_wishes = self.node_caches.wishes();
        let welcome = Welcome { cache: Some(*cache_wishes.borrow_and_update()), ..self.welcome(&scratch) };
        if connection.send(to_worker::Body::Welcome(welcome)).await.is_err() {
            let ended = process.ended_or_killed().await;
            return Err(StartError::Ended { ended, log: process.last_words().await });
        }
        tracing::info!(device, pid = process.pid(), "a worker is ready");
        self.board.set(index, WorkerState::Idle, process.pid());
        Ok(Worker {
            process,
            connection,
            scratch,
            last_run: 0,
            idle_since: Instant::now(),
            cache_wishes,
            loaded: VecDeque::new(),
        })
    }

    fn welcome(&self, scratch: &Scratch) -> Welcome {
        let settings = &self.settings.worker;
        Welcome {
            precision: settings.precision.clone(),
            models_dirs: settings.models_dirs.iter().map(|folder| folder.display().to_string()).collect(),
            scratch_dir: scratch.path().display().to_string(),
            cache_bytes: settings.cache_bytes,
            device_cache_bytes: settings.device_cache_bytes,
            device_working_bytes: settings.device_working_bytes,
            whole_models: settings.whole_models,
            keep_alive_seconds: settings.keep_alive_seconds,
            node_cache_entries: settings.node_cache_entries,
            tiled_decode: settings.tiled_decode,
            cache: None,
        }
    }
}
