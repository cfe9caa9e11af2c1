use crate::testing::{TestQueue, actor, admin, shared, sum, with};
use crate::{Mode, QueueError, QueueSettings, RestartPolicy};
use invoke_domain::UserId;
use invoke_graph::Outcome;
use invoke_permissions::policy;
use invoke_storage::users;
use serde_json::json;

fn three(test: &TestQueue, name: &str) {
    test.enqueue(&actor(name), with(sum(1, 2), json!({ "runs": 3 })));
}

fn owners(test: &TestQueue, count: usize) -> Vec<String> {
    (0..count).map(|_| test.take().unwrap().1).collect()
}

#[test]
fn users_take_turns() {
    let test = TestQueue::new(shared());
    three(&test, "alice");
    three(&test, "bob");
    assert_eq!(owners(&test, 6), ["alice", "bob", "alice", "bob", "alice", "bob"]);
    assert_eq!(test.take(), None);
}

#[test]
fn one_item_behind_a_thousand_of_another_user_waits_for_one_of_them_at_most() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), with(sum(1, 2), json!({ "runs": 1000 })));
    assert_eq!(owners(&test, 1), ["alice"]);
    test.enqueue(&actor("bob"), sum(1, 2));
    let next = owners(&test, 2);
    assert!(next.contains(&"bob".to_owned()), "{next:?}");
}

#[test]
fn an_orderly_end_gives_an_item_back_without_counting_it() {
    let mut test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    // As often as one likes; an interruption counts, and the second one fails the item.
    for _ in 0..3 {
        let id = test.queue.claim("cpu").unwrap().unwrap().id;
        assert!(test.queue.release(id).unwrap());
        assert!(!test.queue.release(id).unwrap(), "it does not run any more");
        test.queue.recover_at_start().unwrap();
        assert_eq!((test.state(1), test.item(1).started_at, test.item(1).device), ("pending", None, None));
    }
    assert!(test.news().iter().filter(|line| line.contains("pending")).count() == 3);
    test.take().unwrap();
    test.queue.recover_at_start().unwrap();
    assert_eq!(test.state(1), "pending", "the first interruption");
}

#[test]
fn where_what_ran_is_canceled_at_the_next_start_nothing_is_given_back() {
    let test = TestQueue::new(QueueSettings { restart_policy: RestartPolicy::Cancel, ..shared() });
    test.enqueue(&actor("alice"), sum(1, 2));
    let id = test.queue.claim("cpu").unwrap().unwrap().id;
    assert!(!test.queue.release(id).unwrap());
    assert_eq!(test.state(1), "in_progress");
}

#[test]
fn the_oldest_goes_first_when_nobody_takes_turns() {
    let test = TestQueue::new(QueueSettings { mode: Mode::Fifo, ..shared() });
    three(&test, "alice");
    three(&test, "bob");
    assert_eq!(owners(&test, 4), ["alice", "alice", "alice", "bob"]);
}

#[test]
fn a_prepended_batch_is_before_everything_pending() {
    let test = TestQueue::new(QueueSettings { mode: Mode::Fifo, ..shared() });
    test.enqueue(&actor("alice"), sum(1, 2));
    let first = test.try_enqueue(&actor("alice"), sum(1, 2), true).unwrap();
    let second = test.try_enqueue(&actor("bob"), sum(1, 2), true).unwrap();
    assert_eq!((first.priority, second.priority), (1, 2));
    assert_eq!(test.queue.next(&admin(), &test.id).unwrap().unwrap().id.0, 3);
    assert_eq!([test.take(), test.take(), test.take()].map(|item| item.unwrap().0), [3, 2, 1]);
}

#[test]
fn nothing_is_handed_out_while_paused() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    assert!(matches!(test.queue.pause(&actor("alice")), Err(QueueError::Denied(_))));
    assert!(!test.queue.is_paused());
    test.queue.pause(&admin()).unwrap();
    assert_eq!(test.take(), None);
    assert!(matches!(test.queue.resume(&actor("alice")), Err(QueueError::Denied(_))));
    test.told_workers();
    test.queue.resume(&admin()).unwrap();
    assert_eq!(test.told_workers(), ["wake"]);
    assert_eq!(test.take(), Some((1, "alice".to_owned())));
}

fn deactivate(test: &TestQueue, name: &str) {
    let manage = policy::manage_users(&admin()).unwrap();
    test.db.write(|tx| users::update_role(tx, &manage, &UserId::from(name), None, Some(false))).unwrap();
}

#[test]
fn an_item_of_a_deactivated_owner_is_canceled_instead_of_handed_out() {
    let mut test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.enqueue(&actor("bob"), sum(1, 2));
    deactivate(&test, "alice");
    test.news();
    assert_eq!(test.take(), Some((2, "bob".to_owned())));
    assert_eq!((test.state(1), test.item(1).status_sequence), ("canceled", 2));
    assert_eq!(
        test.news(),
        [
            "1 of alice in_progress #1 (batch 0/1, queue 1/2, own 0/1, current 1)",
            "1 of alice canceled #2 (batch 0/1, queue 1/2, own 0/0, current -)",
            "2 of bob in_progress #1 (batch 0/1, queue 0/2, own 0/1, current 2)",
        ]
    );
}

#[test]
fn what_a_deactivated_owner_runs_is_stopped() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    assert!(test.queue.owner_may_run(&UserId::from("alice")).unwrap());
    assert_eq!(test.queue.stop_runs_of(&UserId::from("alice")).unwrap(), 0, "an active owner goes on");
    deactivate(&test, "alice");
    test.told_workers();
    assert!(!test.queue.owner_may_run(&UserId::from("alice")).unwrap());
    assert!(!test.queue.owner_may_run(&UserId::from("nobody")).unwrap());
    assert_eq!(test.queue.stop_runs_of(&UserId::from("alice")).unwrap(), 1);
    assert_eq!(test.state(1), "canceled");
    assert_eq!(test.told_workers(), ["cancel 1"]);
}

#[test]
fn without_accounts_every_owner_may_run() {
    let test = TestQueue::new(QueueSettings::default());
    assert!(test.queue.owner_may_run(&UserId::from("nobody")).unwrap());
}

fn restarted(test: &TestQueue, settings: QueueSettings) -> TestQueue {
    let again = TestQueue::on(test.db.clone(), settings);
    again.queue.recover_at_start().unwrap();
    again
}

#[test]
fn an_interrupted_item_runs_once_more_and_fails_the_second_time() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    let second = restarted(&test, shared());
    assert_eq!(second.state(1), "pending");
    second.take().unwrap();
    let third = restarted(&second, shared());
    assert_eq!(third.state(1), "failed");
    let failure = third.item(1).failure.unwrap();
    assert_eq!(failure.kind, "ServerRestarted");
    assert_eq!(failure.message, "The server ended twice while this item ran, so it is not run again");
}

#[test]
fn an_interrupted_item_is_canceled_where_the_policy_says_so() {
    let test = TestQueue::new(shared());
    test.enqueue(&actor("alice"), sum(1, 2));
    test.enqueue(&actor("alice"), sum(1, 2));
    test.take().unwrap();
    let again = restarted(&test, QueueSettings { restart_policy: RestartPolicy::Cancel, ..shared() });
    assert_eq!((again.state(1), again.state(2)), ("canceled", "pending"));
}

#[test]
fn history_is_cut_at_start_as_the_settings_say() {
    let test = TestQueue::new(shared());
    three(&test, "alice");
    for _ in 0..2 {
        let item = test.queue.claim("cpu").unwrap().unwrap();
        test.queue.finish(item.id, None, &Outcome::Completed).unwrap();
    }
    let again = restarted(&test, QueueSettings { max_queue_history: Some(1), ..shared() });
    let ids = |test: &TestQueue| {
        test.queue.item_ids(&admin(), &test.id, false).unwrap().iter().map(|id| id.0).collect::<Vec<_>>()
    };
    assert_eq!(ids(&again), [2, 3]);
    let empty = restarted(&again, QueueSettings { clear_at_start: true, ..shared() });
    assert_eq!(ids(&empty), [0i64; 0]);
}
