use crate::testing::{TestQueue, actor, admin, shared, sum};
use crate::{QueueError, QueueSettings, QueueVisibility};
use invoke_domain::{BatchId, ItemId, QueueId, QueueItem};
use serde_json::{Value, json};

fn hidden() -> QueueSettings {
    QueueSettings { visibility: QueueVisibility::Own, ..shared() }
}

/// Alice's item 1 runs, Bob's item 2 waits.
fn two_owners(settings: QueueSettings) -> TestQueue {
    let test = TestQueue::new(settings);
    test.enqueue(&actor("alice"), sum(1, 2));
    test.enqueue(&actor("bob"), sum(1, 2));
    test.take().unwrap();
    test
}

fn ids(items: &[QueueItem]) -> Vec<i64> {
    items.iter().map(|item| item.id.0).collect()
}

#[test]
fn a_redacted_item_tells_nothing_about_its_owner() {
    let test = two_owners(shared());
    let item = test.queue.get(&actor("bob"), &test.id, ItemId(1)).unwrap();
    assert_eq!((item.status.as_str(), item.status_sequence, item.device.as_deref()), ("in_progress", 1, Some("cpu")));
    assert_eq!(
        (item.user_id.as_str(), item.batch_id.as_str(), item.session_id.as_str()),
        ("redacted", "redacted", "redacted")
    );
    assert_eq!((item.user_display_name, item.user_email, item.field_values), (None, None, None));
    assert_eq!((item.origin, item.destination, item.workflow, item.failure), (None, None, None, None));
    assert_eq!((item.priority, item.retried_from_item_id), (0, None));
    let session: Value = serde_json::from_str(&item.session).unwrap();
    assert_eq!((&session["id"], &session["graph"]["nodes"]), (&json!("redacted"), &json!({})));
    let own = test.queue.get(&actor("alice"), &test.id, ItemId(1)).unwrap();
    assert_eq!((own.user_id.as_str(), own.origin.as_deref()), ("alice", Some("workflows")));
    assert_eq!(own.user_email.as_deref(), Some("alice@example.com"));
    assert_eq!(test.queue.get(&admin(), &test.id, ItemId(1)).unwrap(), own);
}

#[test]
fn lists_show_all_items_redacted_or_only_ones_own() {
    let test = two_owners(shared());
    let bob = actor("bob");
    assert_eq!(ids(&test.queue.list(&bob, &test.id, None).unwrap()), [1, 2]);
    assert_eq!(test.queue.list(&bob, &test.id, None).unwrap()[0].user_id.as_str(), "redacted");
    assert_eq!(ids(&test.queue.list(&bob, &test.id, Some("gallery")).unwrap()), [1, 2]);
    assert_eq!(test.queue.item_ids(&bob, &test.id, true).unwrap(), [ItemId(2), ItemId(1)]);
    assert_eq!(ids(&test.queue.list_by_ids(&bob, &test.id, &[ItemId(2), ItemId(9), ItemId(1)]).unwrap()), [2, 1]);
    assert_eq!(test.queue.current(&bob, &test.id).unwrap().unwrap().user_id.as_str(), "redacted");
    assert_eq!(test.queue.next(&actor("alice"), &test.id).unwrap().unwrap().user_id.as_str(), "redacted");

    let test = two_owners(hidden());
    assert_eq!(ids(&test.queue.list(&bob, &test.id, None).unwrap()), [2]);
    assert_eq!(test.queue.item_ids(&bob, &test.id, true).unwrap(), [ItemId(2)]);
    assert_eq!(ids(&test.queue.list_by_ids(&bob, &test.id, &[ItemId(1), ItemId(2)]).unwrap()), [2]);
    assert_eq!(test.queue.current(&bob, &test.id).unwrap(), None);
    assert_eq!(test.queue.next(&actor("alice"), &test.id).unwrap(), None);
    assert!(matches!(test.queue.get(&bob, &test.id, ItemId(1)), Err(QueueError::NotFound { .. })));
    assert_eq!(ids(&test.queue.list(&admin(), &test.id, None).unwrap()), [1, 2]);
}

#[test]
fn counts_are_everybodys_and_the_running_item_is_named_to_its_owner_only() {
    for settings in [shared(), hidden()] {
        let test = two_owners(settings);
        let status = |name: &str| test.queue.status(&actor(name), &test.id).unwrap();
        assert_eq!((status("bob").counts.pending, status("bob").counts.in_progress), (1, 1));
        assert_eq!((status("bob").user_pending, status("bob").user_in_progress), (Some(1), Some(0)));
        assert_eq!(status("bob").current, None);
        assert_eq!(status("alice").current.map(|(id, ..)| id), Some(ItemId(1)));
        let all = test.queue.status(&admin(), &test.id).unwrap();
        assert_eq!((all.current.map(|(id, ..)| id), all.user_pending), (Some(ItemId(1)), Some(0)));
        assert!(test.queue.is_processing().unwrap());
        assert_eq!(test.queue.status(&admin(), &QueueId::from("other")).unwrap().counts.total(), 0);
    }
}

#[test]
fn counts_of_anothers_batch_or_destination_are_zero() {
    let test = two_owners(shared());
    let batch = test.item(1).batch_id;
    assert_eq!(test.queue.batch_status(&actor("alice"), &test.id, &batch).unwrap().counts.total(), 1);
    let others = test.queue.batch_status(&actor("bob"), &test.id, &batch).unwrap();
    assert_eq!((others.counts.total(), others.origin), (0, None));
    assert_eq!(test.queue.batch_status(&admin(), &test.id, &BatchId::from("nope")).unwrap().counts.total(), 0);
    let counts = |who| test.queue.counts_by_destination(&who, &test.id, "gallery").unwrap().total();
    assert_eq!((counts(actor("alice")), counts(actor("bob")), counts(admin())), (1, 1, 2));
}

#[test]
fn anothers_item_is_refused_or_unknown() {
    let test = two_owners(shared());
    let bob = actor("bob");
    assert!(matches!(
        test.queue.cancel(&bob, &test.id, ItemId(1)),
        Err(QueueError::DeniedItem { item: ItemId(1), .. })
    ));
    assert!(matches!(
        test.queue.delete(&bob, &test.id, ItemId(1)),
        Err(QueueError::DeniedItem { item: ItemId(1), .. })
    ));
    assert_eq!(test.state(1), "in_progress");
    assert!(test.queue.cancel(&admin(), &test.id, ItemId(1)).is_ok());

    let test = two_owners(hidden());
    assert!(matches!(test.queue.cancel(&bob, &test.id, ItemId(1)), Err(QueueError::NotFound { .. })));
    assert!(matches!(test.queue.delete(&bob, &test.id, ItemId(1)), Err(QueueError::NotFound { .. })));
    assert_eq!(test.queue.retry(&bob, &test.id, &[ItemId(1)]).unwrap(), []);
    assert_eq!(test.state(1), "in_progress");
}

#[test]
fn an_item_is_looked_for_in_its_own_queue() {
    let test = two_owners(shared());
    let other = QueueId::from("other");
    let error = test.queue.get(&admin(), &other, ItemId(1)).unwrap_err();
    assert_eq!(error.to_string(), "Queue item with id 1 not found in queue other");
    assert!(matches!(test.queue.cancel(&admin(), &other, ItemId(1)), Err(QueueError::NotFound { .. })));
    assert!(matches!(test.queue.delete(&admin(), &other, ItemId(1)), Err(QueueError::NotFound { .. })));
    assert_eq!(test.queue.list_by_ids(&admin(), &other, &[ItemId(1)]).unwrap(), []);
}
