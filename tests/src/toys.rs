//! Workers in this process: one thread that takes items and runs the small nodes of `invoke_graph::testing`. `toy_wait`
//! stops until the test opens its item's gate; a test waits for an item's arrival or end, never for time.

use invoke_domain::{ItemId, OsRandom, QueueItem};
use invoke_events::{Bus, Event, NodeEvent, NodeReport};
use invoke_graph::testing::{MemoryHost, ToyContext, registry};
use invoke_graph::{Catalogue, NodeError, Observer, Prepared, Registry, Session, run_session};
use invoke_queue::{Queue, WorkerInfo, WorkerState, Workers};
use invoke_server::Pieces;
use parking_lot::{Condvar, Mutex};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// The workers of one test server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Toys(Arc<Inner>);

struct Inner {
    registry: Registry<ToyContext>,
    catalogue: Arc<Catalogue>,
    state: Mutex<State>,
    changed: Condvar,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("toys")
    }
}

#[derive(Default)]
struct State {
    /// Somebody said that there may be work.
    woken: bool,
    stopped: bool,
    /// The worlds of items that run or ran.
    hosts: HashMap<ItemId, Arc<MemoryHost>>,
    ended: HashSet<ItemId>,
    /// Also those that were canceled between being claimed and having a world.
    canceled: HashSet<ItemId>,
}

impl Toys {
    /// Workers that have nothing to work for yet.
    pub(crate) fn new() -> Self {
        let registry = registry();
        let catalogue = Arc::new(registry.catalogue().clone());
        Self(Arc::new(Inner { registry, catalogue, state: Mutex::default(), changed: Condvar::new() }))
    }

    /// The nodes they run.
    pub(crate) fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.0.catalogue)
    }

    /// Starts the thread.
    pub(crate) fn work_for(&self, pieces: Pieces) -> Arc<dyn Workers> {
        let toys = self.clone();
        let (queue, bus) = (pieces.app.queue.clone(), pieces.app.bus.clone());
        self.0.state.lock().woken = true;
        std::thread::spawn(move || toys.work(&queue, &bus));
        Arc::new(self.clone())
    }

    /// Takes no more items.
    pub(crate) fn stop(&self) {
        self.0.state.lock().stopped = true;
        self.0.changed.notify_all();
    }

    /// Lets a waiting item go on.
    pub fn open_gate(&self, item: i64) {
        self.host(item).gate.open();
    }

    /// Returns when the item waits at its gate.
    pub fn wait_for_arrival(&self, item: i64) {
        self.host(item).gate.wait_for_arrival();
    }

    /// Returns when the item has ended.
    pub fn wait_for_end(&self, item: i64) {
        let mut state = self.0.state.lock();
        while !state.ended.contains(&ItemId(item)) {
            self.0.changed.wait(&mut state);
        }
    }

    /// The world of an item, as soon as it runs.
    fn host(&self, item: i64) -> Arc<MemoryHost> {
        let mut state = self.0.state.lock();
        loop {
            if let Some(host) = state.hosts.get(&ItemId(item)) {
                return Arc::clone(host);
            }
            self.0.changed.wait(&mut state);
        }
    }

    fn work(&self, queue: &Queue, bus: &Bus) {
        while self.wait_for_work() {
            while let Some(item) = queue.claim("cpu").unwrap() {
                self.run(queue, bus, &item);
            }
        }
    }

    fn wait_for_work(&self) -> bool {
        let mut state = self.0.state.lock();
        while !state.woken && !state.stopped {
            self.0.changed.wait(&mut state);
        }
        state.woken = false;
        !state.stopped
    }

    fn run(&self, queue: &Queue, bus: &Bus, item: &QueueItem) {
        let host = Arc::new(MemoryHost::default());
        {
            let mut state = self.0.state.lock();
            state.hosts.insert(item.id, Arc::clone(&host));
            if state.canceled.contains(&item.id) {
                host.gate.cancel();
            }
        }
        self.0.changed.notify_all();
        let mut session = Session::from_json(&item.session).unwrap();
        let mut context = ToyContext::new(host);
        let mut reporter = Reporter { bus, item };
        let outcome = run_session(&mut session, &self.0.registry, &mut context, &mut reporter, &OsRandom);
        queue.finish(item.id, Some(&session.to_json(&self.0.catalogue)), &outcome).unwrap();
        self.0.state.lock().ended.insert(item.id);
        self.0.changed.notify_all();
    }
}

impl Workers for Toys {
    fn wake(&self) {
        self.0.state.lock().woken = true;
        self.0.changed.notify_all();
    }

    fn cancel(&self, item: ItemId) {
        let mut state = self.0.state.lock();
        state.canceled.insert(item);
        if let Some(host) = state.hosts.get(&item) {
            host.gate.cancel();
        }
    }

    fn devices(&self) -> Vec<WorkerInfo> {
        let state = self.0.state.lock();
        let item = state.hosts.keys().find(|item| !state.ended.contains(item)).copied();
        let doing = if item.is_some() { WorkerState::Busy } else { WorkerState::Idle };
        vec![WorkerInfo { device: "cpu".to_owned(), state: doing, pid: None, item }]
    }
}

/// Tells the bus what nodes do.
struct Reporter<'a> {
    bus: &'a Bus,
    item: &'a QueueItem,
}

impl Reporter<'_> {
    fn send(&self, node: &Prepared, report: NodeReport) {
        let item = self.item;
        self.bus.send(Event::Node(Box::new(NodeEvent {
            queue_id: item.queue_id.clone(),
            item_id: item.id,
            batch_id: item.batch_id.clone(),
            session_id: item.session_id.clone(),
            origin: item.origin.clone(),
            destination: item.destination.clone(),
            user_id: item.user_id.clone(),
            node: node.node.clone(),
            source_id: node.source_id.clone(),
            report,
        })));
    }
}

impl Observer for Reporter<'_> {
    fn started(&mut self, node: &Prepared) {
        self.send(node, NodeReport::Started);
    }

    fn completed(&mut self, node: &Prepared, output: &Value) {
        self.send(node, NodeReport::Complete(output.clone()));
    }

    fn failed(&mut self, node: &Prepared, error: &NodeError) {
        let (message, traceback) = (error.to_string(), String::new());
        self.send(node, NodeReport::Failed { kind: error.kind().to_owned(), message, traceback });
    }
}
