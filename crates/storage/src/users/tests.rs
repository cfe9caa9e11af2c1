use crate::testing::{TestClock, add_user, memory, memory_at};
use crate::user_sessions::{self, NewSignIn, Origin, SignInId};
use crate::{StorageError, users};
use invoke_domain::UserId;
use invoke_permissions::{Actor, policy};
use jiff::ToSpan;

#[test]
fn a_new_database_knows_the_system_account_alone() {
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    let all = memory().read(|tx| users::list(tx, &grant)).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!((all[0].id.as_str(), all[0].email.as_str()), ("system", "system@system.invokeai"));
    assert!(!all[0].is_admin && all[0].is_active);
}

#[test]
fn a_second_account_with_the_same_address_is_refused_by_name() {
    let db = memory();
    add_user(&db, "alice");
    let twin = users::NewUser {
        id: UserId::from("twin"),
        email: "alice@example.com".to_owned(),
        display_name: None,
        password_hash: String::new(),
        is_admin: false,
    };
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    let refused = db.write(|tx| users::insert(tx, &grant, &twin)).unwrap_err();
    assert!(matches!(&refused, StorageError::EmailTaken { .. }));
    assert_eq!(refused.to_string(), "User with email alice@example.com already exists");
}

#[test]
fn the_newest_account_is_listed_first() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    for name in ["a", "b", "c"] {
        clock.advance(1.second());
        add_user(&db, name);
    }
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    let ids: Vec<String> = db.read(|tx| users::list(tx, &grant)).unwrap().into_iter().map(|user| user.id.0).collect();
    assert_eq!(ids, ["c", "b", "a", "system"]);
}

#[test]
fn a_new_password_raises_the_epoch_and_a_better_hash_does_not() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let alice = add_user(&db, "alice");
    let grant = policy::edit_account(&Actor::operator(), &alice).unwrap();
    db.write(|tx| users::update_password(tx, &grant, "old")).unwrap();
    clock.advance(1.hour());
    let at = "2026-03-01T13:00:00.123456Z".parse().unwrap();
    db.write(|tx| users::record_sign_in(tx, &alice, at, Some(("old", "better")))).unwrap();
    db.write(|tx| users::record_sign_in(tx, &alice, at, Some(("old", "too late")))).unwrap();
    let (user, hash) = db.read(|tx| users::find_by_email(tx, "alice@example.com")).unwrap().unwrap();
    assert_eq!((user.token_epoch, hash.as_str()), (1, "better"));
    assert_eq!(user.last_login_at, Some(at));
    assert_eq!(user.updated_at.to_string(), "2026-03-01T13:00:00Z");
}

#[test]
fn a_token_of_an_ended_or_foreign_sign_in_finds_the_account_without_it() {
    let db = memory();
    let (alice, bob) = (add_user(&db, "alice"), add_user(&db, "bob"));
    let id = SignInId("s1".to_owned());
    let expires_at = "2026-03-02T12:00:00Z".parse().unwrap();
    let sign_in = NewSignIn { id: &id, user_id: &alice, token_hash: "00", expires_at, origin: &Origin::default() };
    db.write(|tx| user_sessions::insert(tx, &sign_in)).unwrap();
    let found = |user: &UserId| db.read(|tx| users::get_for_token(tx, user, Some(&id))).unwrap().unwrap().1;
    assert_eq!(found(&alice), Some(expires_at));
    assert_eq!(found(&bob), None);
    db.write(|tx| user_sessions::delete(tx, &id)).unwrap();
    assert_eq!(found(&alice), None);
}
