use crate::testing::{TestClock, add_user, memory_at};
use crate::{password_history, users};
use invoke_permissions::{Actor, policy};
use jiff::ToSpan;

#[test]
fn the_last_passwords_are_kept_with_their_times_and_go_with_the_account() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let (alice, bob) = (add_user(&db, "alice"), add_user(&db, "bob"));
    let grant = policy::edit_account(&Actor::operator(), &alice).unwrap();
    for hash in ["one", "two", "three"] {
        db.write(|tx| password_history::insert(tx, &grant, hash, 2)).unwrap();
        clock.advance(1.hour());
    }
    let of_alice = |limit| db.read(|tx| password_history::list(tx, &alice, limit)).unwrap();
    assert_eq!(of_alice(9), ["three", "two"]);
    assert_eq!(of_alice(1), ["three"]);
    assert!(db.read(|tx| password_history::list(tx, &bob, 9)).unwrap().is_empty());
    db.write(|tx| password_history::update_hash(tx, &alice, "two", "better")).unwrap();
    let set_at = |hash| db.read(|tx| password_history::set_at(tx, &alice, hash)).unwrap();
    assert_eq!(set_at("better"), Some("2026-03-01T13:00:00Z".parse().unwrap()));
    assert_eq!(set_at("two"), None);
    let manage = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::delete(tx, &manage, &alice, users::Content::Keep)).unwrap();
    assert!(of_alice(9).is_empty());
}
