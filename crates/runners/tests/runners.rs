//! Runners with real worker processes (scripted ones, see `support/scripted_worker.rs`) and a queue in memory.
#![expect(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

mod support;

use invoke_domain::{ItemId, UserId};
use invoke_events::{Event, NodeReport};
use invoke_permissions::Actor;
use invoke_queue::{NodeCacheChange, NodeCacheStatus, Outcome, WorkerState, Workers as _};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Setup, completed, failure};

fn pid(raw: u32) -> Pid {
    Pid::from_raw(raw as i32).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_runs_and_what_it_reports_reaches_the_bus() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    let script = json!([{ "value": 1 }, { "progress": "Denoising" }]);
    setup.enqueue(1, &script);
    let (item, session, outcome) = setup.finished().await;
    assert_eq!((item, outcome), (ItemId(1), Outcome::Completed));
    assert_eq!(session.unwrap(), json!({ "done": script }).to_string());

    let reports = setup.reports();
    let seen: Vec<_> = reports.iter().map(|event| (event.source_id.as_str(), &event.report)).collect();
    let NodeReport::Progress { message, percentage, preview, device } = seen[3].1 else { panic!("{seen:?}") };
    assert_eq!((message.as_str(), *percentage, device), ("Denoising", Some(0.5), &None));
    let preview = preview.as_ref().unwrap();
    assert_eq!((preview.width, preview.height, preview.jpeg.as_slice()), (64, 32, &[0xff, 0xd8][..]));
    assert_eq!(seen[0], ("node-0", &NodeReport::Started));
    assert_eq!(seen[1], ("node-0", &NodeReport::Complete(json!(1))));
    assert_eq!(seen[2], ("node-1", &NodeReport::Started));
    assert_eq!(seen[4], ("node-1", &NodeReport::Complete(Value::Null)));
    assert_eq!(seen.len(), 5);
    let first = &reports[0];
    assert_eq!((first.item_id, first.queue_id.as_str(), first.batch_id.as_str()), (ItemId(1), "default", "batch"));
    assert_eq!((first.session_id.as_str(), first.origin.as_deref()), ("session-1", Some("workflows")));
    assert_eq!(first.node, json!({ "id": "prepared-0", "type": "value" }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_worker_serves_one_item_after_the_other() {
    let mut setup = Setup::new(&["cuda:0"], |_| {});
    assert_eq!(setup.states(), [WorkerState::Asleep]);
    setup.enqueue(1, &json!([{ "pid": 0 }]));
    setup.enqueue(2, &json!([{ "pid": 0 }, { "progress": "x" }]));
    assert_eq!([completed(setup.finished().await), completed(setup.finished().await)], [ItemId(1), ItemId(2)]);
    let reports = setup.reports();
    let pids: Vec<_> = reports.iter().filter(|event| event.node["type"] == "pid").collect();
    assert_eq!(pids[1].report, pids[3].report);
    assert!(reports.iter().any(|event| matches!(&event.report,
        NodeReport::Progress { device: Some(name), .. } if name == "cuda:0")));
    assert_eq!(setup.settled().await, [WorkerState::Idle]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_device_has_a_worker_of_its_own() {
    let mut setup = Setup::new(&["cpu", "cuda:0"], |_| {});
    setup.enqueue(1, &json!([{ "wait": 0 }]));
    setup.enqueue(2, &json!([{ "wait": 0 }]));
    setup.started().await;
    setup.started().await;
    let devices = setup.runners.devices();
    let mut items: Vec<_> = devices.iter().map(|device| device.item.unwrap()).collect();
    items.sort();
    assert_eq!(items, [ItemId(1), ItemId(2)]);
    assert_eq!(setup.states(), [WorkerState::Busy, WorkerState::Busy]);
    setup.runners.cancel(ItemId(2));
    assert_eq!(setup.finished().await, (ItemId(2), None, Outcome::Canceled));
    setup.runners.cancel(ItemId(1));
    assert_eq!(setup.finished().await, (ItemId(1), None, Outcome::Canceled));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_item_of_a_killed_worker_fails_and_the_next_one_runs_on_another() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "hang": 0 }]));
    setup.started().await;
    let first = setup.pid();
    kill_process(pid(first), Signal::KILL).unwrap();
    let failed = failure(setup.finished().await, 1);
    assert_eq!(failed.kind, "WorkerDied");
    assert_eq!(
        failed.message,
        "The worker of device `cpu` was ended by signal 9 (SIGKILL: by a person, or by the system for want of memory) while it ran this item"
    );
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
    assert_ne!(setup.pid(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_ends_itself_leaves_its_last_words() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "exit": 5 }]));
    let failed = failure(setup.finished().await, 1);
    assert_eq!(failed.message, "The worker of device `cpu` exited with code 5 while it ran this item");
    assert!(failed.traceback.ends_with("about to exit"), "{}", failed.traceback);
    setup.enqueue(2, &json!([{ "abort": 0 }]));
    let failed = failure(setup.finished().await, 2);
    assert!(failed.message.contains("was ended by signal 6 (SIGABRT)"), "{}", failed.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canceled_item_ends_and_its_worker_stays() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "wait": 0 }, { "value": 1 }]));
    setup.started().await;
    let first = setup.pid();
    setup.runners.cancel(ItemId(7));
    setup.runners.cancel(ItemId(1));
    assert_eq!(setup.finished().await, (ItemId(1), None, Outcome::Canceled));
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
    assert_eq!(setup.pid(), first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_does_not_heed_a_cancel_is_killed() {
    let mut setup = Setup::new(&["cpu"], |settings| settings.cancel_grace = Duration::from_millis(20));
    setup.enqueue(1, &json!([{ "hang": 0 }]));
    setup.started().await;
    let first = setup.pid();
    setup.runners.cancel(ItemId(1));
    assert_eq!(setup.finished().await, (ItemId(1), None, Outcome::Canceled));
    assert!(test_kill_process(pid(first)).is_err());
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_worker_is_ended_and_started_again_for_the_next_item() {
    let mut setup = Setup::new(&["cpu"], |settings| settings.idle = Some(Duration::from_millis(10)));
    for number in 1..3 {
        setup.enqueue(number, &json!([{ "value": 1 }]));
        completed(setup.finished().await);
        setup.until(|states| states == [WorkerState::Asleep]).await;
        assert_eq!(std::fs::read_dir(setup.scratch()).unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_worker_that_dies_is_missed_by_nobody() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
    setup.until(|states| states == [WorkerState::Idle]).await;
    kill_process(pid(setup.pid()), Signal::KILL).unwrap();
    setup.until(|states| states == [WorkerState::Asleep]).await;
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_whose_worker_cannot_be_started_fails_with_the_reason() {
    let cases = [
        ("exits", "it exited with code 3 before it was ready; its last words: no libtorch here"),
        ("late", "it was not ready after 0 seconds"),
        ("old", "it is of version 0.0.1, the server of version 0.1.0; install both from the same build"),
        (
            "guessing",
            "it exited with code 1 before it was ready; its last words: the server refused this worker: the token is not valid",
        ),
    ];
    for (device, reason) in cases {
        let mut setup = Setup::new(&[device], |settings| {
            if device == "late" {
                settings.start_timeout = Duration::from_millis(50);
            }
        });
        for item in 1..3 {
            setup.enqueue(item, &json!([{ "value": 1 }]));
            let failed = failure(setup.finished().await, item);
            assert_eq!(failed.kind, "WorkerUnavailable");
            assert_eq!(failed.message, format!("The worker for device `{device}` could not be started: {reason}"));
        }
    }
    let mut setup = Setup::new(&["cpu"], |settings| settings.worker_binary = "/nowhere/worker".into());
    setup.enqueue(1, &json!([{ "value": 1 }]));
    let message = failure(setup.finished().await, 1).message;
    assert!(message.contains("the program `/nowhere/worker` cannot be started: No such file"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_canceled_while_its_worker_starts_does_not_wait_for_it() {
    let mut setup = Setup::new(&["late"], |_| {});
    setup.enqueue(1, &json!([{ "value": 1 }]));
    setup.until(|states| states == [WorkerState::Starting]).await;
    setup.runners.cancel(ItemId(1));
    assert_eq!(setup.finished().await, (ItemId(1), None, Outcome::Canceled));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_breaks_the_protocol_is_let_go() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "babble": 0 }, { "wait": 0 }]));
    let failed = failure(setup.finished().await, 1);
    assert_eq!(failed.kind, "WorkerDied");
    assert!(
        failed
            .traceback
            .starts_with("unexpected message: expected a message about the running item, got one about run 2"),
        "{}",
        failed.traceback
    );
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failing_node_fails_its_item_and_is_told_after_it() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "nonsense": 0 }]));
    let reports_before = |setup: &mut Setup| setup.reports().into_iter().map(|event| event.report).collect::<Vec<_>>();
    setup.backlog.look_when_finished(&setup.bus);
    let failed = failure(setup.finished().await, 1);
    assert_eq!((failed.kind.as_str(), failed.message.as_str()), ("ValueError", "no step is called nonsense"));
    assert_eq!(setup.backlog.seen_when_finished(), [NodeReport::Started]);
    let told = setup.next_report().await.report;
    assert_eq!(told, NodeReport::Started);
    let told = setup.next_report().await.report;
    assert!(
        matches!(told, NodeReport::Failed { kind, traceback, .. } if kind == "ValueError" && traceback == "somewhere")
    );
    assert_eq!(reports_before(&mut setup), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_inputs_do_not_fit_is_told_without_a_beginning() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "misfit": 0 }]));
    assert_eq!(failure(setup.finished().await, 1).kind, "NodeInputError");
    let told = setup.next_report().await;
    assert!(matches!(told.report, NodeReport::Failed { kind, .. } if kind == "NodeInputError"));
    assert_eq!((told.source_id.as_str(), &told.node["type"]), ("node-0", &json!("misfit")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_are_kept_and_read_as_their_owner() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "store_image": { "seed": 1 } }]));
    completed(setup.finished().await);
    let stored = setup.outputs().remove(0);
    assert_eq!((&stored[1], &stored[2]), (&json!(600), &json!(400)));
    let name = stored[0].as_str().unwrap();
    let record = setup.images.get(&Actor::run(UserId::from("ann"), false), &name.into()).unwrap();
    assert_eq!((record.user_id.as_str(), record.metadata.as_deref()), ("ann", Some(r#"{"seed":1}"#)));
    assert_eq!(record.session_id.unwrap().as_str(), "session-1");
    assert_eq!(record.node_id.as_deref(), Some("prepared"));
    let embedded = setup.images.embedded(&Actor::run(UserId::from("ann"), false), &name.into()).unwrap();
    assert_eq!(embedded.graph.as_deref(), Some(r#"{"id":"the graph"}"#));

    setup.enqueue(2, &json!([{ "load_image": name }]));
    completed(setup.finished().await);
    let loaded = setup.outputs().remove(0);
    let pixels: Vec<u8> = (0..600 * 400 * 3).map(|at| (at % 250) as u8).collect();
    assert_eq!(loaded, json!(["RGB", 600, 400, pixels, r#"{"seed":1}"#]));

    for (number, image) in [(3, name), (4, "missing.png"), (5, "../../etc/passwd")] {
        setup.enqueue_as(if number == 3 { "bob" } else { "ann" }, number, &json!([{ "load_image": image }]));
        let failed = failure(setup.finished().await, number);
        assert_eq!(
            (failed.kind.as_str(), failed.message.as_str()),
            ("PermissionError", "Queue user is not authorized to access this image"),
            "{image}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn models_are_found_by_key_and_their_loading_is_told_to_the_owner() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    let config = setup.add_model("m1");
    setup.enqueue(1, &json!([{ "model": "m1" }]));
    completed(setup.finished().await);
    let events = setup.events();
    let loads: Vec<_> = events.iter().filter(|event| matches!(event, Event::ModelLoad { .. })).collect();
    let expected = |done| Event::ModelLoad {
        config: config.clone(),
        submodel: Some("unet".to_owned()),
        user_id: UserId::from("ann"),
        done,
    };
    assert_eq!(loads, [&expected(false), &expected(true)]);
    setup.enqueue(2, &json!([{ "model": "m1" }, { "model": "nope" }]));
    let failed = failure(setup.finished().await, 2);
    assert_eq!((failed.kind.as_str(), failed.message.as_str()), ("UnknownModelException", "Unknown model: nope"));
    let path = setup.models_dir().join("m1").display().to_string();
    assert_eq!(setup.outputs(), [json!([config, path])]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_item_of_a_deactivated_owner_is_canceled() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue_as("gone", 1, &json!([{ "value": 1 }]));
    assert_eq!(setup.finished().await, (ItemId(1), None, Outcome::Canceled));
    assert_eq!(setup.states(), [WorkerState::Asleep]);

    // Looked at before the item, before each node and at each question: here it is gone at each of these.
    for times in 0..5 {
        setup.backlog.allow("ann", times);
        let item = 2 + i64::from(times);
        setup.enqueue(item, &json!([{ "value": 1 }, { "model": "nope" }, { "value": 2 }]));
        let (finished, _, outcome) = setup.finished().await;
        let expected_failure = matches!(&outcome, Outcome::Failed(failure) if failure.kind == "UnknownModelException");
        assert_eq!((finished, times == 4, outcome == Outcome::Canceled), (ItemId(item), expected_failure, times < 4));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_sees_nothing_of_the_server_that_it_does_not_need() {
    let mut setup = Setup::new(&["cpu"], |settings| {
        settings.environment = [("PATH", "/bin"), ("INVOKEAI_JWT_SECRET_KEY", "s"), ("OMP_NUM_THREADS", "2")]
            .map(|(name, value)| (name.into(), value.into()))
            .into();
    });
    setup.enqueue(1, &json!([{ "environment": 0 }]));
    completed(setup.finished().await);
    let mut seen: Vec<Value> = setup.outputs().remove(0).as_array().unwrap().clone();
    seen.sort_by_key(ToString::to_string);
    let expected = json!([["OMP_NUM_THREADS", "2"], ["OMP_WAIT_POLICY", "PASSIVE"], ["PATH", "/bin"]]);
    assert_eq!(Value::from(seen), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_end_of_the_server_ends_the_workers_and_leaves_their_items() {
    let mut setup = Setup::new(&["cpu", "cuda:0"], |_| {});
    setup.enqueue(1, &json!([{ "hang": 0 }]));
    setup.enqueue(2, &json!([{ "value": 1 }]));
    setup.started().await;
    setup.started().await;
    completed(setup.finished().await);
    let pids: Vec<u32> = setup.runners.devices().into_iter().filter_map(|device| device.pid).collect();
    assert_eq!(pids.len(), 2);
    setup.runners.shutdown().await;
    for raw in pids {
        assert!(test_kill_process(pid(raw)).is_err(), "{raw} still runs");
    }
    assert!(setup.backlog.nothing_more_finished());
    assert_eq!(setup.backlog.released(), [ItemId(1)], "the item that ran is given back");
    assert_eq!(std::fs::read_dir(setup.scratch()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(setup.runtime_dir()).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_queue_that_fails_is_asked_again() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.backlog.fail_next_finish();
    setup.enqueue(1, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_calls_a_workflow_ends_with_the_node_that_waits() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "value": 1 }, { "call": 0 }]));
    let (item, session, outcome) = setup.finished().await;
    assert_eq!((item, outcome), (ItemId(1), Outcome::Waiting { node: "prepared-1".to_owned() }));
    assert!(session.is_some());
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cache_of_node_results_is_commanded_and_counted() {
    let mut setup = Setup::new(&["cpu"], |settings| settings.worker.node_cache_entries = 8);
    assert_eq!(
        setup.runners.node_cache(),
        NodeCacheStatus { enabled: true, max_size: 8, ..NodeCacheStatus::default() }
    );
    setup.enqueue(1, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
    setup.settled().await;
    assert_eq!((setup.runners.node_cache().size, setup.runners.node_cache().hits), (1, 2));

    setup.runners.change_node_cache(NodeCacheChange::Clear);
    setup.runners.change_node_cache(NodeCacheChange::Disable);
    assert_eq!(setup.runners.node_cache(), NodeCacheStatus { max_size: 8, ..NodeCacheStatus::default() });
    // A worker is told before it gets its next item, also one that is at rest.
    setup.enqueue(2, &json!([{ "clears": 0 }]));
    completed(setup.finished().await);
    assert_eq!(setup.outputs().last(), Some(&json!(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn remembered_pictures_are_used_only_while_the_owner_may_see_them() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    setup.enqueue(1, &json!([{ "store_image": {} }]));
    completed(setup.finished().await);
    let name = setup.outputs()[0][0].clone();
    setup.enqueue(2, &json!([{ "sees": [name] }, { "sees": [name, "gone.png"] }, { "sees": [] }]));
    setup.enqueue_as("bob", 3, &json!([{ "sees": [name] }]));
    completed(setup.finished().await);
    completed(setup.finished().await);
    assert_eq!(setup.outputs(), [json!(true), json!(false), json!(true), json!(false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_told_which_models_a_worker_has_loaded() {
    let mut setup = Setup::new(&["cpu"], |_| {});
    for key in ["first", "second"] {
        setup.add_model(key);
    }
    setup.enqueue(1, &json!([{ "model": "first" }, { "model": "second" }, { "model": "first" }]));
    completed(setup.finished().await);
    setup.settled().await;
    setup.enqueue(2, &json!([{ "value": 1 }]));
    completed(setup.finished().await);
    assert_eq!(setup.backlog.loaded_at_last_claim(), ["second".into(), "first".into()]);
}
