//! What `cargo xtask bench` measures inside the server: the queue with a long history, and many sockets. Prints one line of
//! JSON. Run it in release mode, on a machine that does nothing else.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement that cannot go on must stop")]

use invoke_domain::{OsRandom, QueueId, SystemClock, UserId};
use invoke_events::{Bus, Event, NodeEvent, NodeReport};
use invoke_graph::Outcome;
use invoke_graph::testing::registry;
use invoke_permissions::Actor;
use invoke_queue::{EnqueueBatch, Queue, QueueSettings};
use invoke_storage::{Database, StorageSettings};
use invoke_tests::TestServer;
use invoke_tests::events::Listener;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// Items that ended before the measurement.
const HISTORY: usize = 100_000;
/// Items of the large batch.
const BATCH: usize = 10_000;
/// Claims that are timed one by one.
const CLAIMS: usize = 2_000;
/// Sockets that listen.
const SOCKETS: usize = 500;
/// Events each of them is sent.
const EVENTS: usize = 20;

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let scale = |full: usize| if quick { full / 50 } else { full };
    let mut figures = queue(scale(HISTORY), BATCH.min(scale(BATCH * 10)), scale(CLAIMS).max(20));
    let sockets = sockets(if quick { 50 } else { SOCKETS });
    figures.as_object_mut().unwrap().extend(sockets.as_object().unwrap().clone());
    println!("{figures}");
}

fn batch(runs: usize) -> EnqueueBatch {
    let graph = json!({ "id": "empty", "nodes": {}, "edges": [] });
    EnqueueBatch { batch: json!({ "graph": graph, "runs": runs }), prepend: false }
}

fn queue(history: usize, large: usize, claims: usize) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let settings = StorageSettings::file(folder.path().join("queue.db"));
    let db = Database::open(&settings, Arc::new(SystemClock), &OsRandom).unwrap();
    let bus = Bus::default();
    let settings = QueueSettings { max_queue_size: large, ..QueueSettings::default() };
    let catalogue = Arc::new(registry().catalogue().clone());
    let queue = Queue::new(db, settings, catalogue, bus, Arc::new(OsRandom));
    let (actor, id) = (Actor::system(), QueueId::from("default"));
    let end = |count: usize| {
        for _ in 0..count {
            let item = queue.claim("cpu").unwrap().unwrap();
            queue.finish(item.id, Some(&item.session), &Outcome::Completed).unwrap();
        }
    };
    let before = resident_megabytes();
    let mut left = history;
    while left > 0 {
        let part = left.min(large);
        queue.enqueue_batch(&actor, &id, &batch(part)).unwrap();
        end(part);
        left -= part;
    }
    let after = resident_megabytes();

    let start = Instant::now();
    assert_eq!(queue.enqueue_batch(&actor, &id, &batch(large)).unwrap().enqueued, large);
    let enqueue = start.elapsed();
    let (mut claim, mut finish) = (Vec::new(), Vec::new());
    for _ in 0..claims {
        let start = Instant::now();
        let item = queue.claim("cpu").unwrap().unwrap();
        claim.push(start.elapsed());
        let start = Instant::now();
        queue.finish(item.id, Some(&item.session), &Outcome::Completed).unwrap();
        finish.push(start.elapsed());
    }
    json!({
        "history": history,
        "enqueued": large,
        "enqueue_seconds": enqueue.as_secs_f64(),
        "claim_milliseconds": median(claim),
        "complete_milliseconds": median(finish),
        "megabytes_before_history": before,
        "megabytes_after_history": after,
    })
}

/// From the moment an event is on the bus until each client has read it.
fn sockets(count: usize) -> Value {
    let server = TestServer::single_user().without_workers().start();
    let (sender, receiver) = channel();
    let url = server.url();
    let listeners: Vec<Listener> = (0..count).map(|_| Listener::connect(&url, "")).collect();
    for mut listener in listeners {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for _ in 0..EVENTS {
                listener.next_event();
                sender.send(Instant::now()).unwrap();
            }
        });
    }
    let mut delays = Vec::new();
    for _ in 0..EVENTS {
        let sent = Instant::now();
        server.bus().send(progress());
        let arrived = (0..count).map(|_| receiver.recv().unwrap());
        delays.extend(arrived.map(|at| at - sent));
    }
    json!({ "sockets": count, "delivery_milliseconds": median(delays) })
}

fn progress() -> Event {
    Event::Node(Box::new(NodeEvent {
        queue_id: "default".into(),
        item_id: invoke_domain::ItemId(1),
        batch_id: "batch".into(),
        session_id: "session".into(),
        origin: None,
        destination: None,
        user_id: UserId::system(),
        node: json!({ "id": "n", "type": "denoise_latents", "steps": 30 }),
        source_id: "denoise".to_owned(),
        report: NodeReport::Progress {
            message: "Denoising".to_owned(),
            percentage: Some(0.5),
            preview: Some(invoke_events::Preview { width: 512, height: 512, jpeg: vec![0x5a; 4096] }),
            device: None,
        },
    }))
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0 / 1e6
}
