use crate::Database;
use crate::client_state::{delete, delete_all, find, insert, list_keys};
use crate::testing::{add_user, memory};
use invoke_permissions::Actor;

fn put(db: &Database, actor: &Actor, key: &str, value: &str) {
    db.write(|tx| insert(tx, actor, key, value)).unwrap();
}

fn get(db: &Database, actor: &Actor, key: &str) -> Option<String> {
    db.read(|tx| find(tx, actor, key)).unwrap()
}

#[test]
fn a_value_is_kept_per_account_and_replaced_by_the_next() {
    let db = memory();
    let [alice, bob] = ["alice", "bob"].map(|name| Actor::run(add_user(&db, name), false));
    put(&db, &alice, "canvas", "1");
    put(&db, &alice, "canvas", "2");
    assert_eq!(get(&db, &alice, "canvas").as_deref(), Some("2"));
    assert_eq!(get(&db, &bob, "canvas"), None);
}

#[test]
fn a_prefix_is_taken_literally() {
    let db = memory();
    let alice = Actor::run(add_user(&db, "alice"), false);
    for key in ["canvas_b", "canvas_a", "gallery", "100%"] {
        put(&db, &alice, key, "");
    }
    let keys = |prefix: &str| db.read(|tx| list_keys(tx, &alice, prefix)).unwrap();
    assert_eq!(keys("canvas_"), ["canvas_a", "canvas_b"]);
    assert_eq!(keys("%"), [""; 0]);
    assert_eq!(keys("").len(), 4);
}

#[test]
fn forgetting_touches_nobody_else() {
    let db = memory();
    let [alice, bob] = ["alice", "bob"].map(|name| Actor::run(add_user(&db, name), false));
    for (actor, key) in [(&alice, "a"), (&alice, "b"), (&bob, "a")] {
        put(&db, actor, key, "x");
    }
    db.write(|tx| delete(tx, &alice, "a")).unwrap();
    assert_eq!((get(&db, &alice, "a"), get(&db, &bob, "a").as_deref()), (None, Some("x")));
    db.write(|tx| delete_all(tx, &alice)).unwrap();
    assert_eq!((get(&db, &alice, "b"), get(&db, &bob, "a").as_deref()), (None, Some("x")));
}
