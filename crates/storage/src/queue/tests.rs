use super::*;
use crate::testing::{TestClock, add_user, memory, memory_at};
use crate::{Database, Tx};
use invoke_domain::ModelKey;
use invoke_permissions::{Actor, Grant, Operate, Queue, policy};
use jiff::ToSpan;
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

fn operate() -> Grant<Queue, Operate> {
    policy::operate_queue(&Actor::operator()).unwrap()
}

fn default_queue() -> QueueId {
    QueueId::from("default")
}

/// Enqueues one item and says its id; its session id and text are the batch's name and a running number.
fn enqueue(tx: &Tx<'_>, user: &str, batch: &str, priority: i64, session: &str) -> ItemId {
    let number: i64 = tx.sql().query_row("SELECT count(*) FROM session_queue", [], |row| row.get(0)).unwrap();
    let item = NewItem {
        session_id: SessionId(format!("{batch}-{user}-{number}")),
        session: session.to_owned(),
        field_values: None,
        retried_from_item_id: None,
    };
    let queue_id = default_queue();
    let batch_id = BatchId::from(batch);
    let batch = NewBatch {
        queue_id: &queue_id,
        batch_id: &batch_id,
        priority,
        origin: Some("canvas"),
        destination: Some(batch),
        workflow: None,
        call: None,
        items: vec![item],
    };
    let grant = policy::enqueue(&Actor::run(UserId::from(user), false));
    insert_batch(tx, &grant, &batch).unwrap()[0]
}

fn add(db: &Database, user: &str, batch: &str, priority: i64) -> ItemId {
    db.write(|tx| Ok::<_, StorageError>(enqueue(tx, user, batch, priority, "{}"))).unwrap()
}

fn take(db: &Database, order: Order) -> Option<QueueItem> {
    db.write(|tx| claim(tx, &operate(), &Claim { order, device: "cpu", warm_models: &[] })).unwrap()
}

fn take_id(db: &Database, order: Order) -> Option<i64> {
    take(db, order).map(|item| item.id.0)
}

fn end(db: &Database, id: ItemId, status: ItemStatus) -> bool {
    db.write(|tx| finish(tx, &operate(), id, &Finish { status, failure: None, session: None })).unwrap()
}

fn state(db: &Database, id: ItemId) -> ItemStatus {
    db.read(|tx| status(tx, id)).unwrap().unwrap()
}

#[test]
fn a_batch_is_added_in_order_and_read_back_with_its_owners_name() {
    let db = memory();
    add_user(&db, "alice");
    let first = add(&db, "alice", "b1", 3);
    let second = add(&db, "alice", "b1", 3);
    assert!(first < second);
    let item = db.read(|tx| get(tx, first)).unwrap().unwrap();
    assert_eq!(item.status, ItemStatus::Pending);
    assert_eq!((item.priority, item.status_sequence), (3, 0));
    assert_eq!((item.origin.as_deref(), item.destination.as_deref()), (Some("canvas"), Some("b1")));
    assert_eq!(item.user_display_name.as_deref(), Some("alice"));
    assert_eq!(item.user_email.as_deref(), Some("alice@example.com"));
    assert_eq!(item.created_at.to_string(), "2026-03-01T12:00:00Z");
    assert_eq!((item.started_at, item.completed_at, item.failure), (None, None, None));
}

#[test]
fn each_change_of_state_counts_and_is_dated_by_the_injected_clock() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let id = add(&db, "u", "b", 0);
    clock.advance(1.minute());
    let taken = take(&db, Order::Fifo).unwrap();
    assert_eq!((taken.id, taken.status, taken.status_sequence), (id, ItemStatus::InProgress, 1));
    assert_eq!(taken.device.as_deref(), Some("cpu"));
    assert_eq!(taken.started_at.unwrap().to_string(), "2026-03-01T12:01:00Z");
    clock.advance(1.minute());
    let failure = ItemFailure { kind: "ValueError".into(), message: "no".into(), traceback: "at".into() };
    let ended = Finish { status: ItemStatus::Failed, failure: Some(&failure), session: Some("{\"id\":1}") };
    assert!(db.write(|tx| finish(tx, &operate(), id, &ended)).unwrap());
    let item = db.read(|tx| get(tx, id)).unwrap().unwrap();
    assert_eq!((item.status, item.status_sequence), (ItemStatus::Failed, 2));
    assert_eq!(item.completed_at.unwrap().to_string(), "2026-03-01T12:02:00Z");
    assert_eq!(item.updated_at, item.completed_at.unwrap());
    assert_eq!((item.failure, item.session.as_str()), (Some(failure), "{\"id\":1}"));
}

#[test]
fn what_has_ended_stays_as_it_ended() {
    let db = memory();
    let id = add(&db, "u", "b", 0);
    let owner = Actor::run(UserId::from("u"), false);
    let grant = policy::cancel_item(&owner, &ItemFacts { id, owner: UserId::from("u") }).unwrap();
    assert!(db.write(|tx| cancel(tx, &grant)).unwrap());
    assert!(!db.write(|tx| cancel(tx, &grant)).unwrap());
    assert!(!end(&db, id, ItemStatus::Completed));
    assert_eq!(state(&db, id), ItemStatus::Canceled);
    assert_eq!(take_id(&db, Order::RoundRobin), None);
}

#[test]
fn users_take_turns_and_a_prepended_item_overtakes_only_its_own_users_items() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let alice: Vec<ItemId> = (0..3).map(|_| add(&db, "alice", "a", 0)).collect();
    let bob: Vec<ItemId> = (0..2).map(|_| add(&db, "bob", "b", 0)).collect();
    let urgent = add(&db, "alice", "a2", 1);
    let mut taken = Vec::new();
    while let Some(item) = take(&db, Order::RoundRobin) {
        taken.push(item.id);
        end(&db, item.id, ItemStatus::Completed);
        clock.advance(1.second());
    }
    // Nobody was served yet, so the older of the two candidates goes first.
    assert_eq!(taken, [bob[0], urgent, bob[1], alice[0], alice[1], alice[2]]);
}

#[test]
fn without_turns_priority_and_age_decide_over_everybody() {
    let db = memory();
    let ids = [add(&db, "alice", "a", 0), add(&db, "bob", "b", 0), add(&db, "alice", "a", 5), add(&db, "bob", "b", 5)];
    let taken: Vec<i64> = std::iter::from_fn(|| take_id(&db, Order::Fifo)).collect();
    assert_eq!(taken, [ids[2].0, ids[3].0, ids[0].0, ids[1].0]);
}

#[test]
fn an_item_without_owner_is_not_forgotten() {
    for order in [Order::RoundRobin, Order::Fifo] {
        let db = memory();
        let ids = [add(&db, "alice", "a", 0), add(&db, "bob", "b", 0)];
        db.write(|tx| {
            tx.sql().execute("UPDATE session_queue SET user_id = NULL WHERE item_id = ?1", [ids[1].0])?;
            Ok::<_, StorageError>(())
        })
        .unwrap();
        assert_eq!(take_id(&db, order), Some(ids[0].0));
        let orphan = take(&db, order).unwrap();
        assert_eq!((orphan.id, orphan.user_id), (ids[1], UserId::system()));
    }
}

#[test]
fn a_warm_model_goes_first_within_reach_and_for_the_chosen_user_only() {
    let db = memory();
    let key = ModelKey::from("11111111-2222-3333-4444-555555555555");
    let (cold, warm) = db
        .write(|tx| {
            let cold = enqueue(tx, "alice", "a", 0, "{}");
            enqueue(tx, "bob", "b", 0, &format!("{{\"key\":\"{key}\"}}"));
            Ok::<_, StorageError>((cold, enqueue(tx, "alice", "a", 0, &format!("{{\"key\":\"{key}\"}}"))))
        })
        .unwrap();
    let models = [key];
    let with_models = Claim { order: Order::RoundRobin, device: "cuda:0", warm_models: &models };
    assert_eq!(db.write(|tx| claim(tx, &operate(), &with_models)).unwrap().unwrap().id, warm);
    end(&db, warm, ItemStatus::Completed);
    // Bob's turn, then alice's cold item, for which nothing warm is left.
    assert_eq!(db.write(|tx| claim(tx, &operate(), &with_models)).unwrap().unwrap().user_id, UserId::from("bob"));
    assert_eq!(db.write(|tx| claim(tx, &operate(), &with_models)).unwrap().unwrap().id, cold);
}

#[test]
fn a_warm_model_out_of_reach_does_not_starve_the_oldest_item() {
    let db = memory();
    let key = ModelKey::from("warm");
    let cold = add(&db, "alice", "a", 0);
    for _ in 0..32 {
        add(&db, "bob", "b", 0);
    }
    let far = db.write(|tx| Ok::<_, StorageError>(enqueue(tx, "alice", "a", 0, "warm"))).unwrap();
    assert_eq!(far.0 - cold.0, 33);
    let claim_warm = Claim { order: Order::RoundRobin, device: "cpu", warm_models: &[key] };
    assert_eq!(db.write(|tx| claim(tx, &operate(), &claim_warm)).unwrap().unwrap().id, cold);
}

#[test]
fn claiming_reads_indexes_whatever_the_length_of_the_queue() {
    let db = memory();
    for sql in [include_str!("claim_round_robin.sql"), include_str!("claim_fifo.sql")] {
        let plan: Vec<String> = db
            .read(|tx| {
                let mut statement = tx.sql().prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                let plan = statement
                    .query_map([(":device", "cpu")].as_slice(), |row| row.get("detail"))?
                    .collect::<Result<_, _>>()?;
                Ok::<_, StorageError>(plan)
            })
            .unwrap();
        let queue_steps: Vec<&String> = plan
            .iter()
            .filter(|step| {
                step.contains("session_queue")
                    || step.contains(" own ")
                    || step.contains(" later ")
                    || step.contains(" served ")
                    || step.contains(" sq ")
            })
            .collect();
        assert!(queue_steps.len() >= 3, "{plan:#?}");
        for step in queue_steps {
            assert!(step.starts_with("SEARCH"), "not by index: {step}");
        }
        // Only the handful of candidates may be sorted, never the queue.
        assert!(plan.iter().filter(|step| step.contains("TEMP B-TREE")).count() <= 1, "{plan:#?}");
    }
}

#[test]
fn counts_say_what_lies_where_and_whose() {
    let db = memory();
    let first = add(&db, "alice", "a", 0);
    add(&db, "alice", "a", 0);
    add(&db, "bob", "b", 0);
    take(&db, Order::Fifo);
    end(&db, first, ItemStatus::Completed);
    let queue = default_queue();
    let alice = Scope::Owner(UserId::from("alice"));
    let bob = Scope::Owner(UserId::from("bob"));
    db.read(|tx| {
        let all = count(tx, &queue)?;
        assert_eq!((all.pending, all.completed, all.total()), (2, 1, 3));
        let own = count_of_user(tx, &queue, &UserId::from("alice"))?;
        assert_eq!((own.pending, own.completed, own.total()), (1, 1, 2));
        assert_eq!(count(tx, &QueueId::from("other"))?.total(), 0);
        assert_eq!(count_of_destination(tx, &alice, &queue, "a")?.total(), 2);
        assert_eq!(count_of_destination(tx, &bob, &queue, "a")?.total(), 0);
        let batch = count_of_batch(tx, &Scope::All, &queue, &BatchId::from("a"))?;
        assert_eq!(
            (batch.counts.total(), batch.origin.as_deref(), batch.destination.as_deref()),
            (2, Some("canvas"), Some("a"))
        );
        let foreign = count_of_batch(tx, &bob, &queue, &BatchId::from("a"))?;
        assert_eq!((foreign.counts.total(), foreign.origin), (0, None));
        Ok::<_, StorageError>(())
    })
    .unwrap();
}

#[test]
fn listings_keep_to_the_scope_and_their_order() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let a = add(&db, "alice", "a", 0);
    let b = add(&db, "alice", "a", 0);
    clock.advance(1.second());
    let c = add(&db, "bob", "b", 9);
    let queue = default_queue();
    let ids = |items: Vec<QueueItem>| items.into_iter().map(|item| item.id).collect::<Vec<_>>();
    let alice = Scope::Owner(UserId::from("alice"));
    db.read(|tx| {
        assert_eq!(ids(list(tx, &Scope::All, &queue, None)?), [c, a, b]);
        assert_eq!(ids(list(tx, &alice, &queue, None)?), [a, b]);
        assert_eq!(ids(list(tx, &Scope::All, &queue, Some("b"))?), [c]);
        assert_eq!(ids(list_by_ids(tx, &Scope::All, &queue, &[b, ItemId(99), c, a])?), [b, c, a]);
        assert_eq!(ids(list_by_ids(tx, &alice, &queue, &[c, a])?), [a]);
        assert_eq!(ids(list_by_ids(tx, &Scope::All, &QueueId::from("other"), &[a])?), []);
        assert_eq!(list_ids(tx, &Scope::All, &queue, true)?, [c, a, b]);
        assert_eq!(list_ids(tx, &Scope::All, &queue, false)?, [a, b, c]);
        assert_eq!(next(tx, &queue)?.unwrap().id, c);
        assert_eq!(current(tx, &queue)?, None);
        assert_eq!(highest_priority(tx, &queue)?, 9);
        assert_eq!(highest_priority(tx, &QueueId::from("other"))?, 0);
        Ok::<_, StorageError>(())
    })
    .unwrap();
}

#[test]
fn bulk_changes_touch_the_scope_and_the_selection_alone() {
    let db = memory();
    let queue = default_queue();
    let running = add(&db, "alice", "a", 5);
    take(&db, Order::Fifo);
    let (mine, mine2, theirs) = (add(&db, "alice", "a", 0), add(&db, "alice", "a2", 0), add(&db, "bob", "a", 0));
    let alice = (UserId::from("alice"), Scope::Owner(UserId::from("alice")));
    let batches = [BatchId::from("a")];
    let selection = Selection { batch_ids: Some(&batches), ..Selection::waiting(&queue) };
    let canceled = db.write(|tx| cancel_where(tx, &alice.1, &selection)).unwrap();
    assert_eq!(canceled, [(alice.0.clone(), mine)]);
    assert_eq!(db.read(|tx| find(tx, &Scope::All, &Selection::running(&queue))).unwrap(), [(alice.0.clone(), running)]);
    let to_a2 = Selection { destination: Some("a2"), ..Selection::all(&queue) };
    assert_eq!(db.write(|tx| delete_where(tx, &Scope::All, &to_a2)).unwrap(), [(alice.0.clone(), mine2)]);
    assert_eq!(state(&db, theirs), ItemStatus::Pending);
    let ended = Selection::ended(&queue);
    assert_eq!(db.write(|tx| delete_where(tx, &alice.1, &ended)).unwrap(), [(alice.0, mine)]);
    assert_eq!(db.read(|tx| count(tx, &queue)).unwrap().total(), 2);
}

#[test]
fn pruning_keeps_what_ended_last() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let ids: Vec<ItemId> = (0..4).map(|_| add(&db, "u", "b", 0)).collect();
    for id in [ids[2], ids[0], ids[1]] {
        clock.advance(1.second());
        end(&db, id, ItemStatus::Completed);
    }
    assert_eq!(db.write(|tx| prune_to(tx, &operate(), &default_queue(), 2)).unwrap(), 1);
    let left = db.read(|tx| list_ids(tx, &Scope::All, &default_queue(), false)).unwrap();
    assert_eq!(left, [ids[0], ids[1], ids[3]]);
}

fn recover(db: &Database) -> Recovered {
    let failure = ItemFailure { kind: "ServerRestarted".into(), message: "twice".into(), traceback: String::new() };
    db.write(|tx| requeue_interrupted(tx, &operate(), &failure)).unwrap()
}

#[test]
fn an_interrupted_item_runs_again_once_and_then_fails() {
    let db = memory();
    let id = add(&db, "u", "b", 0);
    let quiet = add(&db, "v", "b", 0);
    take(&db, Order::Fifo);
    assert_eq!(recover(&db), Recovered { requeued: vec![id], ..Recovered::default() });
    let item = db.read(|tx| get(tx, id)).unwrap().unwrap();
    assert_eq!((item.status, item.status_sequence, item.started_at, item.device), (ItemStatus::Pending, 2, None, None));
    // A start at which it was not running does not count against it.
    assert_eq!(recover(&db), Recovered::default());
    assert_eq!(take_id(&db, Order::Fifo), Some(id.0));
    assert_eq!(recover(&db), Recovered { failed: vec![id], ..Recovered::default() });
    let item = db.read(|tx| get(tx, id)).unwrap().unwrap();
    assert_eq!(item.status, ItemStatus::Failed);
    assert_eq!(item.failure.unwrap().kind, "ServerRestarted");
    assert_eq!(state(&db, quiet), ItemStatus::Pending);
}

#[test]
fn what_an_interrupted_item_had_called_is_canceled_since_it_will_be_made_again() {
    let db = memory();
    let (caller, called, nested) = (add(&db, "u", "b", 0), add(&db, "u", "b", 0), add(&db, "u", "b", 0));
    db.write(|tx| {
        tx.sql().execute_batch(&format!(
            "UPDATE session_queue SET status = 'waiting' WHERE item_id IN ({caller}, {called});
             UPDATE session_queue SET parent_item_id = {caller} WHERE item_id = {called};
             UPDATE session_queue SET parent_item_id = {called} WHERE item_id = {nested};"
        ))?;
        Ok::<_, StorageError>(())
    })
    .unwrap();
    assert_eq!(recover(&db), Recovered { requeued: vec![caller], failed: vec![], canceled: vec![called, nested] });
}

#[test]
fn under_the_references_policy_interrupted_items_are_canceled() {
    let db = memory();
    let (running, pending) = (add(&db, "u", "b", 0), add(&db, "u", "b", 0));
    take(&db, Order::Fifo);
    let recovered = db.write(|tx| cancel_interrupted(tx, &operate())).unwrap();
    assert_eq!(recovered.canceled, [running]);
    assert_eq!((state(&db, running), state(&db, pending)), (ItemStatus::Canceled, ItemStatus::Pending));
}

#[test]
fn two_workers_never_get_the_same_item() {
    let folder = tempfile::tempdir().unwrap();
    let settings = crate::StorageSettings::file(folder.path().join("q.db"));
    let db = Database::open(&settings, TestClock::new(), &invoke_domain::OsRandom).unwrap();
    for _ in 0..40 {
        add(&db, "u", "b", 0);
    }
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let db = db.clone();
            std::thread::spawn(move || std::iter::from_fn(|| take_id(&db, Order::RoundRobin)).collect::<Vec<_>>())
        })
        .collect();
    let mut taken: Vec<i64> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    taken.sort_unstable();
    assert_eq!(taken, (1..=40).collect::<Vec<i64>>());
}

/// What the reference's documentation says, done the slow way.
fn expected_next(items: &[QueueItem], order: Order) -> Option<i64> {
    let mut last_start = HashMap::new();
    for item in items {
        let last = last_start.entry(item.user_id.clone()).or_insert(None);
        *last = (*last).max(item.started_at);
    }
    let pending = items.iter().filter(|item| item.status == ItemStatus::Pending);
    let next = match order {
        Order::Fifo => pending.min_by_key(|item| (-item.priority, item.id)),
        Order::RoundRobin => {
            let mut best: HashMap<&UserId, &QueueItem> = HashMap::new();
            for item in pending {
                let own = best.entry(&item.user_id).or_insert(item);
                if (-item.priority, item.id) < (-own.priority, own.id) {
                    *own = item;
                }
            }
            best.into_values().min_by_key(|item| (last_start[&item.user_id], item.id))
        }
    };
    next.map(|item| item.id.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_claims_is_the_documented_one(
        steps in prop::collection::vec((0..4_usize, -1..3_i64, any::<bool>(), 0..3_i64), 1..25),
        round_robin in any::<bool>(),
    ) {
        let order = if round_robin { Order::RoundRobin } else { Order::Fifo };
        let clock: Arc<TestClock> = TestClock::new();
        let db = memory_at(clock.clone());
        for (user, priority, claims, seconds) in steps {
            add(&db, ["u", "v", "w", "x"][user], "b", priority);
            if claims {
                clock.advance(seconds.seconds());
                let items = db.read(|tx| list(tx, &Scope::All, &default_queue(), None)).unwrap();
                prop_assert_eq!(take_id(&db, order), expected_next(&items, order));
            }
        }
    }
}
