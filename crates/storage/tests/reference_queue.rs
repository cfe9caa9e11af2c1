//! The queue of a server the reference left behind.

use invoke_domain::{ItemStatus, OsRandom, QueueId, SystemClock};
use invoke_permissions::{Actor, Scope, policy};
use invoke_storage::queue::{self, Claim, Order};
use invoke_storage::{Database, StorageError, StorageSettings};
use std::path::Path;
use std::sync::Arc;

#[test]
fn its_items_are_read_and_go_on_in_its_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invokeai.db");
    let fixture = "../../tests/fixtures/reference/databases/multiuser-6.14.2.db";
    std::fs::write(&path, std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture)).unwrap()).unwrap();
    let db = Database::open(&StorageSettings::file(path), Arc::new(SystemClock), &OsRandom).unwrap();
    let default = QueueId::from("default");
    let items = db.read(|tx| queue::list(tx, &Scope::All, &default, None)).unwrap();
    assert_eq!(items.iter().map(|item| item.id.0).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    let failed = &items[3];
    assert_eq!((failed.status, failed.user_email.as_deref()), (ItemStatus::Failed, Some("alice@example.com")));
    assert_eq!(failed.failure.as_ref().unwrap().kind, "PermissionError");
    let counts = db.read(|tx| queue::count(tx, &default)).unwrap();
    assert_eq!((counts.pending, counts.completed, counts.failed, counts.canceled, counts.total()), (4, 3, 1, 1, 9));

    // The administrator was never served; alice's last start was before bob's.
    let grant = policy::operate_queue(&Actor::operator()).unwrap();
    let next = Claim { order: Order::RoundRobin, device: "cpu", warm_models: &[] };
    let mut taken = Vec::new();
    while let Some(item) = db.write(|tx| queue::claim(tx, &grant, &next)).unwrap() {
        taken.push((item.id.0, item.user_display_name));
    }
    let names: Vec<(i64, &str)> = taken.iter().map(|(id, name)| (*id, name.as_deref().unwrap_or("-"))).collect();
    assert_eq!(names[..3], [(9, "Admin"), (7, "Alice"), (5, items[4].user_display_name.as_deref().unwrap_or("-"))]);
    assert_eq!(names[3], (8, "Alice"));
    let waiting = db.read(|tx| Ok::<_, StorageError>(queue::count(tx, &default)?.pending)).unwrap();
    assert_eq!(waiting, 0);
}
