//! Runners over a queue in memory, with a database, images and models in temporary folders.

use invoke_domain::{
    BatchId, ItemFailure, ItemId, ItemStatus, ModelKey, OsRandom, QueueId, QueueItem, SessionId, SystemClock, UserId,
};
use invoke_events::{Bus, Event, NodeEvent, NodeReport};
use invoke_library::{ImageSettings, Images, Presets};
use invoke_model_manager::{ModelSettings, Models};
use invoke_permissions::{Actor, ModelFacts, policy};
use invoke_queue::{Outcome, WorkerInfo, WorkerState, Workers as _};
use invoke_runners::{Backlog, BacklogError, Backoff, RunnerSettings, Runners};
use invoke_storage::users::NewUser;
use invoke_storage::{Database, StorageSettings, models, users};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};

/// What an item ended with.
pub(crate) type Finished = (ItemId, Option<String>, Outcome);

/// A queue in memory.
pub(crate) struct FakeBacklog {
    pending: Mutex<VecDeque<QueueItem>>,
    finished: mpsc::UnboundedSender<Finished>,
    /// How often each account may still be found active.
    active: Mutex<HashMap<String, u32>>,
    fail_next_finish: Mutex<bool>,
    watching: Mutex<Option<broadcast::Receiver<Arc<Event>>>>,
    seen: Mutex<Vec<NodeReport>>,
    count: Mutex<usize>,
    released: Mutex<Vec<ItemId>>,
    loaded: Mutex<Vec<ModelKey>>,
}

impl FakeBacklog {
    /// The account is found active so often, then no more.
    pub(crate) fn allow(&self, user: &str, times: u32) {
        self.active.lock().unwrap().insert(user.to_owned(), times);
    }

    pub(crate) fn fail_next_finish(&self) {
        *self.fail_next_finish.lock().unwrap() = true;
    }

    /// From now on, notes which reports have been told when an item is finished.
    pub(crate) fn look_when_finished(&self, bus: &Bus) {
        *self.watching.lock().unwrap() = Some(bus.subscribe());
    }

    pub(crate) fn seen_when_finished(&self) -> Vec<NodeReport> {
        self.seen.lock().unwrap().clone()
    }

    /// The models that were in memory at the last claim.
    pub(crate) fn loaded_at_last_claim(&self) -> Vec<ModelKey> {
        self.loaded.lock().unwrap().clone()
    }

    /// The items that were given back.
    pub(crate) fn released(&self) -> Vec<ItemId> {
        self.released.lock().unwrap().clone()
    }

    /// Whether exactly one item has been finished.
    pub(crate) fn nothing_more_finished(&self) -> bool {
        *self.count.lock().unwrap() == 1
    }
}

impl Backlog for FakeBacklog {
    fn claim(&self, _: &str, loaded: &[ModelKey]) -> Result<Option<QueueItem>, BacklogError> {
        *self.loaded.lock().unwrap() = loaded.to_vec();
        Ok(self.pending.lock().unwrap().pop_front())
    }

    fn owner(&self, user: &UserId) -> Result<Option<Actor>, BacklogError> {
        let mut active = self.active.lock().unwrap();
        let Some(times) = active.get_mut(user.as_str()).filter(|times| **times > 0) else { return Ok(None) };
        *times -= 1;
        Ok(Some(Actor::run(user.clone(), false)))
    }

    fn finish(&self, item: ItemId, session: Option<String>, outcome: Outcome) -> Result<(), BacklogError> {
        if std::mem::take(&mut *self.fail_next_finish.lock().unwrap()) {
            return Err("the disk is full".into());
        }
        if let Some(watching) = &mut *self.watching.lock().unwrap() {
            let mut seen = self.seen.lock().unwrap();
            while let Ok(event) = watching.try_recv() {
                if let Event::Node(event) = &*event {
                    seen.push(event.report.clone());
                }
            }
        }
        *self.count.lock().unwrap() += 1;
        // The test may be over.
        let _ = self.finished.send((item, session, outcome));
        Ok(())
    }

    fn release(&self, item: ItemId) -> Result<(), BacklogError> {
        self.released.lock().unwrap().push(item);
        Ok(())
    }
}

pub(crate) struct Setup {
    pub(crate) runners: Arc<Runners>,
    pub(crate) backlog: Arc<FakeBacklog>,
    pub(crate) images: Images,
    pub(crate) bus: Bus,
    db: Database,
    folder: tempfile::TempDir,
    finished: mpsc::UnboundedReceiver<Finished>,
    events: broadcast::Receiver<Arc<Event>>,
    /// Listens for the beginning of nodes.
    beginnings: broadcast::Receiver<Arc<Event>>,
}

impl Setup {
    pub(crate) fn new(devices: &[&str], change: impl FnOnce(&mut RunnerSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (clock, random) = (Arc::new(SystemClock), Arc::new(OsRandom));
        let db = Database::open(&StorageSettings::memory(), clock.clone(), &OsRandom).unwrap();
        for name in ["ann", "bob"] {
            add_user(&db, name);
        }
        let bus = Bus::default();
        let images =
            Images::new(db.clone(), ImageSettings::new(folder.path().join("outputs")), clock, random.clone()).unwrap();
        let model_settings = ModelSettings { models_dir: folder.path().join("models"), ..ModelSettings::default() };
        let models = Models::new(db.clone(), model_settings, bus.clone(), random.clone());
        let (sender, finished) = mpsc::unbounded_channel();
        let backlog = Arc::new(FakeBacklog {
            pending: Mutex::default(),
            finished: sender,
            active: Mutex::new(HashMap::from([("ann".to_owned(), 1000), ("bob".to_owned(), 1000)])),
            fail_next_finish: Mutex::default(),
            watching: Mutex::default(),
            seen: Mutex::default(),
            count: Mutex::default(),
            released: Mutex::default(),
            loaded: Mutex::default(),
        });
        let runtime_dir = folder.path().join("run");
        std::fs::create_dir(&runtime_dir).unwrap();
        let mut settings = RunnerSettings::new(
            env!("CARGO_BIN_EXE_invoke-scripted-worker"),
            devices.iter().map(|device| (*device).to_owned()).collect(),
            folder.path().join("scratch"),
        );
        settings.catalogue_hash = "catalogue".to_owned();
        settings.runtime_dir = runtime_dir;
        settings.backoff = Backoff { first: Duration::ZERO, max: Duration::ZERO };
        change(&mut settings);
        let (events, beginnings) = (bus.subscribe(), bus.subscribe());
        let presets = Presets::new(db.clone(), folder.path().join("style_presets"), random.clone()).unwrap();
        let runners =
            Runners::start(settings, backlog.clone(), images.clone(), models, presets, bus.clone(), random).unwrap();
        Self { runners, backlog, images, bus, db, folder, finished, events, beginnings }
    }

    pub(crate) fn enqueue(&self, id: i64, script: &Value) {
        self.enqueue_as("ann", id, script);
    }

    pub(crate) fn enqueue_as(&self, user: &str, id: i64, script: &Value) {
        self.backlog.pending.lock().unwrap().push_back(item(user, id, script));
        self.runners.wake();
    }

    pub(crate) async fn finished(&mut self) -> Finished {
        self.finished.recv().await.unwrap()
    }

    /// Waits until one more node has begun.
    pub(crate) async fn started(&mut self) {
        loop {
            if let Event::Node(event) = &*self.beginnings.recv().await.unwrap()
                && event.report == NodeReport::Started
            {
                return;
            }
        }
    }

    /// The events so far that were not taken before.
    pub(crate) fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_recv().ok()).map(|event| (*event).clone()).collect()
    }

    pub(crate) fn reports(&mut self) -> Vec<NodeEvent> {
        let node = |event| if let Event::Node(event) = event { Some(*event) } else { None };
        self.events().into_iter().filter_map(node).collect()
    }

    pub(crate) async fn next_report(&mut self) -> NodeEvent {
        loop {
            if let Event::Node(event) = &*self.events.recv().await.unwrap() {
                return (**event).clone();
            }
        }
    }

    /// Outputs of the nodes that completed.
    pub(crate) fn outputs(&mut self) -> Vec<Value> {
        let output =
            |event: NodeEvent| if let NodeReport::Complete(output) = event.report { Some(output) } else { None };
        self.reports().into_iter().filter_map(output).collect()
    }

    pub(crate) fn states(&self) -> Vec<WorkerState> {
        self.runners.devices().into_iter().map(|device| device.state).collect()
    }

    pub(crate) async fn until(&self, mut wanted: impl FnMut(&[WorkerState]) -> bool) {
        let mut watch = self.runners.watch();
        let states = |all: &Vec<WorkerInfo>| all.iter().map(|one| one.state).collect::<Vec<_>>();
        watch.wait_for(|all| wanted(&states(all))).await.unwrap();
    }

    /// The states when no device runs anything.
    pub(crate) async fn settled(&self) -> Vec<WorkerState> {
        self.until(|states| !states.contains(&WorkerState::Busy)).await;
        self.states()
    }

    /// The process of the first device's worker.
    pub(crate) fn pid(&self) -> u32 {
        self.runners.devices()[0].pid.unwrap()
    }

    pub(crate) fn scratch(&self) -> PathBuf {
        self.folder.path().join("scratch")
    }

    pub(crate) fn runtime_dir(&self) -> PathBuf {
        self.folder.path().join("run")
    }

    pub(crate) fn models_dir(&self) -> PathBuf {
        self.folder.path().join("models")
    }

    /// Records a model and returns its configuration as recorded.
    pub(crate) fn add_model(&self, key: &str) -> Value {
        let config = json!({
            "key": key, "hash": "blake3:0", "path": key, "file_size": 1, "name": key, "description": null,
            "source": key, "source_type": "path", "source_api_response": null, "cover_image": null, "type": "main",
            "trigger_phrases": null, "default_settings": null, "format": "diffusers", "repo_variant": "",
            "prediction_type": "epsilon", "variant": "normal", "base": "sd-1",
        });
        let key = key.into();
        let manage = policy::manage_model(&Actor::operator(), &key).unwrap();
        self.db.write(|tx| models::insert(tx, &manage, &config)).unwrap();
        let facts = ModelFacts { key, restricted_to: None };
        let view = policy::view_model(&Actor::operator(), &facts).unwrap();
        self.db.read(|tx| models::get(tx, &view)).unwrap().unwrap().config
    }
}

fn add_user(db: &Database, name: &str) {
    let user = NewUser {
        id: UserId::from(name),
        email: format!("{name}@example.com"),
        display_name: None,
        password_hash: "not a hash".to_owned(),
        is_admin: false,
    };
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::insert(tx, &grant, &user)).unwrap();
}

fn item(user: &str, id: i64, script: &Value) -> QueueItem {
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    QueueItem {
        id: ItemId(id),
        queue_id: QueueId::from("default"),
        batch_id: BatchId::from("batch"),
        session_id: SessionId::from(format!("session-{id}")),
        user_id: UserId::from(user),
        user_display_name: None,
        user_email: None,
        status: ItemStatus::InProgress,
        status_sequence: 1,
        priority: 0,
        origin: Some("workflows".to_owned()),
        destination: Some("gallery".to_owned()),
        failure: None,
        device: None,
        field_values: None,
        session: json!({ "script": script, "graph": { "id": "the graph" } }).to_string(),
        workflow: None,
        retried_from_item_id: None,
        call: None,
        created_at: now,
        updated_at: now,
        started_at: Some(now),
        completed_at: None,
    }
}

/// The id of an item that must have completed.
pub(crate) fn completed((item, _, outcome): Finished) -> ItemId {
    assert_eq!(outcome, Outcome::Completed, "item {item}");
    item
}

/// The failure of an item that must have failed.
pub(crate) fn failure((item, _, outcome): Finished, expected: i64) -> ItemFailure {
    assert_eq!(item, ItemId(expected));
    match outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}
