use crate::testing::{Point, TestQueue, actor, admin, shared, sum, with};
use invoke_domain::{ItemId, OsRandom};
use invoke_graph::Outcome;
use invoke_storage::{Database, StorageSettings};
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;

#[test]
fn no_item_is_claimed_twice() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(crate::testing::TickingClock::default());
    let settings = StorageSettings::file(folder.path().join("queue.db"));
    let db = Database::open(&settings, clock, &OsRandom).unwrap();
    let test = TestQueue::on(db, crate::QueueSettings::default());
    test.enqueue(&admin(), with(sum(1, 2), json!({ "runs": 200 })));
    let claimed: Vec<Vec<i64>> = thread::scope(|scope| {
        let claimers: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| std::iter::from_fn(|| test.take().map(|(id, _)| id)).collect::<Vec<_>>()))
            .collect();
        claimers.into_iter().map(|claimer| claimer.join().unwrap()).collect()
    });
    let all: Vec<i64> = claimed.concat();
    assert_eq!(all.len(), 200);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 200, "some item was claimed twice");
}

#[test]
fn an_item_canceled_between_claim_and_start_stays_canceled() {
    let mut test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.news();
    let breakpoints = &test.queue.0.breakpoints;
    breakpoints.set(Point::AfterClaim);
    let claimed = thread::scope(|scope| {
        let claimer = scope.spawn(|| test.queue.claim("cpu").unwrap().unwrap());
        breakpoints.wait(Point::AfterClaim);
        let canceled = test.queue.cancel(&actor("alice"), &test.id, ItemId(1)).unwrap();
        assert_eq!(canceled.status_sequence, 2);
        breakpoints.go_on(Point::AfterClaim);
        claimer.join().unwrap()
    });
    assert!(test.told_workers().contains(&"cancel 1".to_owned()), "whoever claimed it hears of the cancel");
    assert_eq!(test.run(&claimed), Outcome::Completed, "a worker that did not listen");
    assert_eq!((test.state(1), test.item(1).status_sequence), ("canceled", 2));
    assert!(!test.news().iter().any(|line| line.contains("completed")));
}

#[test]
fn a_result_that_comes_during_a_cancel_is_decided_by_the_database() {
    let mut test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    test.news();
    let breakpoints = &test.queue.0.breakpoints;
    breakpoints.set(Point::BeforeFinish);
    let was_news = thread::scope(|scope| {
        let worker = scope.spawn(|| test.queue.finish(ItemId(1), None, &Outcome::Completed).unwrap());
        breakpoints.wait(Point::BeforeFinish);
        test.queue.cancel(&actor("alice"), &test.id, ItemId(1)).unwrap();
        breakpoints.go_on(Point::BeforeFinish);
        worker.join().unwrap()
    });
    assert!(!was_news);
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 0/1, queue 0/1, own 0/0, current -)"]);
}

#[test]
fn a_cancel_that_comes_after_the_result_changes_nothing() {
    let mut test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    test.queue.finish(ItemId(1), None, &Outcome::Completed).unwrap();
    test.news();
    test.told_workers();
    let item = test.queue.cancel(&actor("alice"), &test.id, ItemId(1)).unwrap();
    assert_eq!(item.status.as_str(), "completed");
    assert_eq!(test.news(), Vec::<String>::new());
    assert_eq!(test.told_workers(), Vec::<String>::new());
}

#[test]
fn an_item_is_durable_before_anybody_hears_of_it() {
    let mut test = TestQueue::new(shared());
    let breakpoints = &test.queue.0.breakpoints;
    breakpoints.set(Point::AfterInsert);
    thread::scope(|scope| {
        let sender = scope.spawn(|| test.enqueue(&actor("alice"), sum(1, 2)));
        breakpoints.wait(Point::AfterInsert);
        assert_eq!(test.state(1), "pending");
        assert_eq!(test.take(), Some((1, "alice".to_owned())), "a worker that looks by itself finds it");
        assert!(test.told_workers().is_empty());
        breakpoints.go_on(Point::AfterInsert);
        sender.join().unwrap();
    });
    assert_eq!(test.news().len(), 2);
}

#[test]
fn two_batches_at_once_do_not_overfill_the_queue() {
    let test = TestQueue::new(crate::QueueSettings { max_queue_size: 3, ..shared() });
    let breakpoints = &test.queue.0.breakpoints;
    breakpoints.set(Point::BeforeInsert);
    let many = || with(sum(1, 2), json!({ "runs": 3 }));
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| test.enqueue(&actor("alice"), many()).enqueued);
        breakpoints.wait(Point::BeforeInsert);
        let second = scope.spawn(|| test.enqueue(&actor("bob"), many()).enqueued);
        breakpoints.go_on(Point::BeforeInsert);
        (first.join().unwrap(), second.join().unwrap())
    });
    assert_eq!(first + second, 3);
}

#[test]
fn a_cancel_reaches_the_worker_only_after_it_is_in_the_database() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    test.told_workers();
    let breakpoints = &test.queue.0.breakpoints;
    breakpoints.set(Point::AfterCancel);
    thread::scope(|scope| {
        let canceler = scope.spawn(|| test.queue.cancel(&actor("alice"), &test.id, ItemId(1)).unwrap());
        breakpoints.wait(Point::AfterCancel);
        assert_eq!(test.state(1), "canceled");
        assert!(test.told_workers().is_empty());
        breakpoints.go_on(Point::AfterCancel);
        canceler.join().unwrap();
    });
    assert_eq!(test.told_workers(), ["cancel 1"]);
}
