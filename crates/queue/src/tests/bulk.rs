use crate::QueueError;
use crate::testing::{TestQueue, actor, admin, shared, sum, with};
use invoke_domain::{BatchId, ItemId};
use invoke_graph::Outcome;
use serde_json::{Value, json};

fn two(test: &TestQueue, name: &str, destination: &str) -> BatchId {
    let batch = with(sum(1, 2), json!({ "runs": 2, "destination": destination }));
    BatchId(test.enqueue(&actor(name), batch).batch.id)
}

/// Alice's items 1 and 2 and Bob's 3 and 4; Alice's first runs.
fn busy() -> (TestQueue, [BatchId; 2]) {
    let mut test = TestQueue::new(shared());
    let batches = [two(&test, "alice", "d1"), two(&test, "bob", "d2")];
    test.take().unwrap();
    test.news();
    test.told_workers();
    (test, batches)
}

#[test]
fn one_waiting_item_is_canceled_at_once() {
    let (mut test, _) = busy();
    let item = test.queue.cancel(&actor("alice"), &test.id, ItemId(2)).unwrap();
    assert_eq!((item.status.as_str(), item.status_sequence), ("canceled", 1));
    assert_eq!(test.news(), ["2 of alice canceled #1 (batch 0/2, queue 2/4, own 0/1, current 1)"]);
    assert_eq!(test.told_workers(), Vec::<String>::new());
    let again = test.queue.cancel(&actor("alice"), &test.id, ItemId(2)).unwrap();
    assert_eq!(again.status_sequence, 1);
    assert_eq!(test.news(), Vec::<String>::new());
}

#[test]
fn a_running_item_is_canceled_at_once_and_its_result_ignored() {
    let (mut test, _) = busy();
    let item = test.queue.cancel(&actor("alice"), &test.id, ItemId(1)).unwrap();
    assert_eq!((item.status.as_str(), item.status_sequence), ("canceled", 2));
    assert_eq!(test.told_workers(), ["cancel 1"]);
    assert!(!test.queue.finish(ItemId(1), Some("{\"late\":true}"), &Outcome::Completed).unwrap());
    assert_eq!((test.state(1), test.item(1).status_sequence), ("canceled", 2));
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 1/2, queue 3/4, own 1/0, current -)"]);
}

#[test]
fn batches_are_canceled_with_what_runs_and_each_owner_is_told_of_their_own() {
    let (mut test, [alices, bobs]) = busy();
    let both = [alices, bobs];
    assert_eq!(test.queue.cancel_by_batch_ids(&actor("bob"), &test.id, &both[..1]).unwrap(), 0, "not Bob's");
    assert_eq!(test.news(), Vec::<String>::new());
    assert_eq!(test.queue.cancel_by_batch_ids(&admin(), &test.id, &both).unwrap(), 4);
    assert_eq!(
        test.news(),
        ["1 of alice canceled #2 (batch 0/2, queue 0/4, own 0/0, current -)", "canceled alice:2 bob:3 bob:4"]
    );
    assert_eq!(test.told_workers(), ["cancel 1"]);
}

#[test]
fn a_destination_is_canceled_with_what_runs() {
    let (mut test, _) = busy();
    assert_eq!(test.queue.cancel_by_destination(&actor("alice"), &test.id, "d2").unwrap(), 0);
    assert_eq!(test.queue.cancel_by_destination(&actor("alice"), &test.id, "d1").unwrap(), 2);
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 0/2, queue 2/4, own 0/0, current -)", "canceled alice:2"]);
}

#[test]
fn all_but_what_runs_is_canceled_or_deleted() {
    let (mut test, _) = busy();
    assert_eq!(test.queue.cancel_all_except_current(&actor("alice"), &test.id).unwrap(), 1);
    assert_eq!(test.news(), ["canceled alice:2"]);
    assert_eq!(test.queue.delete_all_except_current(&actor("bob"), &test.id).unwrap(), 2);
    assert_eq!(test.news(), ["canceled bob:3 bob:4"]);
    assert_eq!((test.state(1), test.state(2)), ("in_progress", "canceled"));
    assert!(matches!(test.queue.get(&admin(), &test.id, ItemId(3)), Err(QueueError::NotFound { .. })));
    assert_eq!(test.told_workers(), Vec::<String>::new());
}

#[test]
fn deleting_a_running_item_cancels_it_first() {
    let (mut test, _) = busy();
    test.queue.delete(&actor("alice"), &test.id, ItemId(1)).unwrap();
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 1/2, queue 3/4, own 1/0, current -)"]);
    assert_eq!(test.told_workers(), ["cancel 1"]);
    assert!(matches!(
        test.queue.delete(&actor("alice"), &test.id, ItemId(1)),
        Err(QueueError::NotFound { item: ItemId(1), .. })
    ));
    assert!(!test.queue.finish(ItemId(1), None, &Outcome::Completed).unwrap(), "it is gone");
}

#[test]
fn a_deleted_destination_is_told_once_for_each_item() {
    let (mut test, _) = busy();
    assert_eq!(test.queue.delete_by_destination(&actor("alice"), &test.id, "d1").unwrap(), 2);
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 1/2, queue 3/4, own 1/0, current -)", "canceled alice:2"]);
    assert_eq!(test.told_workers(), ["cancel 1"]);
}

#[test]
fn clearing_is_limited_to_own_items_except_for_administrators() {
    let (mut test, _) = busy();
    assert_eq!(test.queue.clear(&actor("bob"), &test.id).unwrap(), 2);
    assert_eq!(test.news(), ["cleared bob"]);
    assert_eq!(test.state(1), "in_progress");
    assert_eq!(test.queue.clear(&admin(), &test.id).unwrap(), 2);
    assert_eq!(test.news(), ["1 of alice canceled #2 (batch 1/2, queue 1/2, own 1/0, current -)", "cleared all"]);
    assert_eq!(test.told_workers(), ["cancel 1"]);
    assert_eq!(test.queue.status(&admin(), &test.id).unwrap().counts.total(), 0);
}

#[test]
fn pruning_removes_ended_items_in_silence() {
    let (mut test, _) = busy();
    test.queue.finish(ItemId(1), None, &Outcome::Completed).unwrap();
    test.queue.cancel(&actor("bob"), &test.id, ItemId(3)).unwrap();
    test.news();
    assert_eq!(test.queue.prune(&actor("bob"), &test.id).unwrap(), 1);
    assert_eq!(test.queue.prune(&admin(), &test.id).unwrap(), 1);
    assert_eq!(test.news(), Vec::<String>::new());
    let left = test.queue.item_ids(&admin(), &test.id, false).unwrap();
    assert_eq!(left, [ItemId(2), ItemId(4)]);
}

#[test]
fn failed_and_canceled_items_run_again_from_the_start() {
    let (mut test, [alices, _]) = busy();
    let item = test.queue.get(&admin(), &test.id, ItemId(1)).unwrap();
    test.run(&item);
    test.queue.cancel(&actor("alice"), &test.id, ItemId(2)).unwrap();
    test.news();
    test.told_workers();
    let retried = test.queue.retry(&actor("alice"), &test.id, &[ItemId(1), ItemId(2), ItemId(2), ItemId(99)]).unwrap();
    assert_eq!(retried, [ItemId(2)], "a completed item is passed over, and a name that comes twice counts once");
    assert_eq!(test.news(), ["retried alice:2"]);
    assert_eq!(test.told_workers(), ["wake"]);
    let again = test.item(5);
    assert_eq!((again.status.as_str(), &again.batch_id), ("pending", &alices));
    assert_eq!(again.retried_from_item_id, Some(ItemId(2)));
    assert_ne!(again.session_id, item.session_id);
    let session: Value = serde_json::from_str(&again.session).unwrap();
    assert_eq!(session["executed"], json!([]));
    assert_eq!(session["graph"]["nodes"]["a"]["value"], 1);

    test.queue.cancel(&actor("alice"), &test.id, ItemId(5)).unwrap();
    test.queue.retry(&actor("alice"), &test.id, &[ItemId(5)]).unwrap();
    assert_eq!(test.item(6).retried_from_item_id, Some(ItemId(2)), "the first of the chain is named");
}

#[test]
fn nothing_is_retried_when_one_item_is_somebody_elses() {
    let (mut test, _) = busy();
    test.queue.cancel(&actor("alice"), &test.id, ItemId(2)).unwrap();
    test.queue.cancel(&actor("bob"), &test.id, ItemId(3)).unwrap();
    test.news();
    let refused = test.queue.retry(&actor("bob"), &test.id, &[ItemId(3), ItemId(2)]);
    assert!(matches!(refused, Err(QueueError::DeniedItem { item: ItemId(2), .. })));
    assert_eq!(test.news(), Vec::<String>::new());
    assert_eq!(test.queue.status(&admin(), &test.id).unwrap().counts.total(), 4);
}
