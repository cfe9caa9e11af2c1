//! What the tests share: a queue on a database in memory, a clock that stands still, workers that only take notes, and
//! breakpoints: a test stops the queue at a named point, looks or acts, and lets it go on. No test here sleeps.

use crate::{EnqueueBatch, Enqueued, Queue, QueueSettings, WorkerInfo, Workers};
use invoke_domain::{Clock, ItemId, OsRandom, QueueId, QueueItem, UserId};
use invoke_events::{Bus, Event};
use invoke_graph::testing::{CountingRandom, Log, MemoryHost, ToyContext, registry};
use invoke_graph::{Catalogue, Outcome, Session, run_session};
use invoke_permissions::{Actor, policy};
use invoke_storage::users::NewUser;
use invoke_storage::{Database, StorageSettings, users};
use jiff::Timestamp;
use parking_lot::{Condvar, Mutex};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Where the queue can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Point {
    BeforeInsert,
    AfterInsert,
    AfterClaim,
    BeforeFinish,
    AfterFinish,
    BeforeCancel,
    AfterCancel,
    BeforeRetry,
    AfterRetry,
    BeforeClear,
    AfterClear,
}

/// Points at which callers stop until the test lets them go on.
#[derive(Debug, Default)]
pub(crate) struct Breakpoints {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    set: HashSet<Point>,
    reached: HashSet<Point>,
}

impl Breakpoints {
    /// Whoever comes to this point next stops there.
    pub(crate) fn set(&self, point: Point) {
        self.state.lock().set.insert(point);
    }

    /// Returns when somebody has stopped at the point.
    pub(crate) fn wait(&self, point: Point) {
        let mut state = self.state.lock();
        while !state.reached.contains(&point) {
            self.changed.wait(&mut state);
        }
    }

    /// Lets whoever stopped there go on.
    pub(crate) fn go_on(&self, point: Point) {
        let mut state = self.state.lock();
        state.set.remove(&point);
        state.reached.remove(&point);
        self.changed.notify_all();
    }

    pub(crate) fn reach(&self, point: Point) {
        let mut state = self.state.lock();
        if !state.set.contains(&point) {
            return;
        }
        state.reached.insert(point);
        self.changed.notify_all();
        while state.set.contains(&point) {
            self.changed.wait(&mut state);
        }
    }
}

/// A clock that moves one second with each look, so that no two times are equal.
#[derive(Debug)]
pub(crate) struct TickingClock(Mutex<Timestamp>);

impl Default for TickingClock {
    fn default() -> Self {
        Self(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap()))
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now = now.checked_add(jiff::SignedDuration::from_secs(1)).unwrap();
        *now
    }
}

/// Workers that only write down what they are told.
#[derive(Debug, Default)]
pub(crate) struct Notes(pub(crate) Mutex<Vec<String>>);

impl Workers for Notes {
    fn wake(&self) {
        self.0.lock().push("wake".to_owned());
    }

    fn cancel(&self, item: ItemId) {
        self.0.lock().push(format!("cancel {item}"));
    }

    fn devices(&self) -> Vec<WorkerInfo> {
        Vec::new()
    }
}

/// A queue and everything around it.
pub(crate) struct TestQueue {
    pub(crate) queue: Queue,
    pub(crate) db: Database,
    pub(crate) notes: Arc<Notes>,
    pub(crate) events: tokio::sync::broadcast::Receiver<Arc<Event>>,
    pub(crate) id: QueueId,
}

pub(crate) fn catalogue() -> Arc<Catalogue> {
    Arc::new(registry().catalogue().clone())
}

/// Settings with accounts; users see each other's items redacted.
pub(crate) fn shared() -> QueueSettings {
    QueueSettings {
        mode: crate::Mode::RoundRobin,
        multiuser: true,
        visibility: crate::QueueVisibility::Redacted,
        ..QueueSettings::default()
    }
}

impl TestQueue {
    /// A queue with the accounts `alice` and `bob`.
    pub(crate) fn new(settings: QueueSettings) -> Self {
        let clock = Arc::new(TickingClock::default());
        let db = Database::open(&StorageSettings::memory(), clock.clone(), &OsRandom).unwrap();
        let this = Self::on(db, settings);
        for name in ["alice", "bob"] {
            this.add_user(name);
        }
        this
    }

    /// Another queue on the same database, as after a restart.
    pub(crate) fn on(db: Database, settings: QueueSettings) -> Self {
        let bus = Bus::default();
        let events = bus.subscribe();
        let random = Arc::new(OsRandom);
        let queue = Queue::new(db.clone(), settings, catalogue(), bus, random);
        let notes = Arc::new(Notes::default());
        queue.set_workers(notes.clone());
        Self { queue, db, notes, events, id: QueueId::from("default") }
    }

    fn add_user(&self, name: &str) {
        let user = NewUser {
            id: UserId::from(name),
            email: format!("{name}@example.com"),
            display_name: Some(name.to_owned()),
            password_hash: "not a hash".to_owned(),
            is_admin: false,
        };
        let grant = policy::manage_users(&Actor::operator()).unwrap();
        self.db.write(|tx| users::insert(tx, &grant, &user)).unwrap();
    }

    pub(crate) fn enqueue(&self, actor: &Actor, batch: Value) -> Enqueued {
        self.try_enqueue(actor, batch, false).unwrap()
    }

    pub(crate) fn try_enqueue(
        &self,
        actor: &Actor,
        batch: Value,
        prepend: bool,
    ) -> Result<Enqueued, crate::QueueError> {
        self.queue.enqueue_batch(actor, &self.id, &EnqueueBatch { batch, prepend })
    }

    /// Claims and says the id and the owner.
    pub(crate) fn take(&self) -> Option<(i64, String)> {
        self.queue.claim("cpu").unwrap().map(|item| (item.id.0, item.user_id.0))
    }

    pub(crate) fn item(&self, id: i64) -> QueueItem {
        self.queue.get(&admin(), &self.id, ItemId(id)).unwrap()
    }

    pub(crate) fn state(&self, id: i64) -> &'static str {
        self.item(id).status.as_str()
    }

    /// Runs a claimed item as a worker would.
    pub(crate) fn run(&self, item: &QueueItem) -> Outcome {
        let registry = registry();
        let mut session = Session::from_json(&item.session).unwrap();
        let mut context = ToyContext::new(Arc::new(MemoryHost::default()));
        let random = CountingRandom::default();
        let outcome = run_session(&mut session, &registry, &mut context, &mut Log::default(), &random);
        self.queue.finish(item.id, Some(&session.to_json(registry.catalogue())), &outcome).unwrap();
        outcome
    }

    /// What was sent since the last look, one line each.
    pub(crate) fn news(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            lines.push(line(&event));
        }
        lines
    }

    pub(crate) fn told_workers(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.0.lock())
    }
}

fn line(event: &Event) -> String {
    let owned = |items: &[(UserId, ItemId)]| {
        items.iter().map(|(owner, item)| format!("{owner}:{item}")).collect::<Vec<_>>().join(" ")
    };
    match event {
        Event::BatchEnqueued(batch) => {
            format!("enqueued {} of {} at {} for {}", batch.enqueued, batch.requested, batch.priority, batch.user_id)
        }
        Event::ItemStatusChanged(change) => {
            let (item, batch, queue) = (&change.item, &change.batch_status.counts, &change.queue_status);
            format!(
                "{} of {} {} #{} (batch {}/{}, queue {}/{}, own {}/{}, current {})",
                item.id,
                item.user_id,
                item.status.as_str(),
                item.status_sequence,
                batch.pending,
                batch.total(),
                queue.counts.pending,
                queue.counts.total(),
                queue.user_pending.unwrap(),
                queue.user_in_progress.unwrap(),
                queue.current.as_ref().map_or_else(|| "-".to_owned(), |(id, ..)| id.to_string()),
            )
        }
        Event::ItemsCanceled { items, .. } => format!("canceled {}", owned(items)),
        Event::ItemsRetried { items, .. } => format!("retried {}", owned(items)),
        Event::QueueCleared { user_id, .. } => {
            format!("cleared {}", user_id.as_ref().map_or("all", UserId::as_str))
        }
        other => format!("{other:?}"),
    }
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor::run(UserId::from(name), false)
}

pub(crate) fn admin() -> Actor {
    Actor::run(UserId::from("root"), true)
}

/// A batch of one addition.
pub(crate) fn sum(a: i64, b: i64) -> Value {
    json!({
        "graph": {
            "id": "g",
            "nodes": { "a": { "id": "a", "type": "integer", "value": a }, "b": { "id": "b", "type": "add", "b": b } },
            "edges": [{
                "source": { "node_id": "a", "field": "value" }, "destination": { "node_id": "b", "field": "a" },
            }],
        },
        "runs": 1,
        "origin": "workflows",
        "destination": "gallery",
    })
}

/// The same batch with changed keys.
pub(crate) fn with(mut batch: Value, changes: Value) -> Value {
    for (key, value) in changes.as_object().unwrap() {
        batch[key] = value.clone();
    }
    batch
}
