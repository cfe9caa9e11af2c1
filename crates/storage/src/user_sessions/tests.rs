use crate::testing::{TestClock, add_user, memory_at};
use crate::user_sessions::{self, NewSignIn, Origin, SignInId};
use crate::{StorageError, users};
use invoke_permissions::{Actor, policy};
use jiff::{Timestamp, ToSpan};

#[test]
fn expired_sign_ins_are_forgotten_and_extended_ones_are_not() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let alice = add_user(&db, "alice");
    let ids = ["a", "b", "c"].map(|id| SignInId(id.to_owned()));
    let expires_at: Timestamp = "2026-03-02T12:00:00Z".parse().unwrap();
    db.write(|tx| {
        for id in &ids {
            user_sessions::insert(
                tx,
                &NewSignIn { id, user_id: &alice, token_hash: "00", expires_at, origin: &Origin::default() },
            )?;
        }
        user_sessions::update_expiry(tx, &ids[1], "2026-03-09T12:00:00Z".parse().unwrap())
    })
    .unwrap();
    clock.advance(25.hours());
    assert_eq!(db.write(|tx| user_sessions::delete_expired(tx, tx.now())).unwrap(), 2);
    let lasts = |id| db.read(|tx| users::get_for_token(tx, &alice, Some(id))).unwrap().unwrap().1.is_some();
    assert_eq!(ids.each_ref().map(lasts), [false, true, false]);
}

#[test]
fn a_person_lists_and_ends_the_own_sign_ins_only() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let (alice, bob) = (add_user(&db, "alice"), add_user(&db, "bob"));
    let expires_at = "2026-03-02T12:00:00Z".parse().unwrap();
    let phone = Origin { address: Some("192.0.2.7".to_owned()), user_agent: Some("Phone".to_owned()) };
    for (id, owner, origin) in [("a", &alice, &phone), ("b", &alice, &Origin::default()), ("c", &bob, &phone)] {
        clock.advance(1.minute());
        let id = SignInId(id.to_owned());
        let sign_in = NewSignIn { id: &id, user_id: owner, token_hash: "00", expires_at, origin };
        db.write(|tx| user_sessions::insert(tx, &sign_in)).unwrap();
    }
    let grant = policy::edit_account(&Actor::operator(), &alice).unwrap();
    let listed = || db.read(|tx| user_sessions::list(tx, &grant)).unwrap();
    let ids: Vec<String> = listed().into_iter().map(|sign_in| sign_in.id.0).collect();
    assert_eq!(ids, ["b", "a"], "the last used first");
    assert_eq!(listed()[1].origin, phone);
    let end = |id: &str| db.write(|tx| user_sessions::delete_of(tx, &grant, &SignInId(id.to_owned()))).unwrap();
    assert!(!end("c"), "that one is bob's");
    let keep = SignInId("b".to_owned());
    assert_eq!(db.write(|tx| user_sessions::delete_all_of(tx, &grant, Some(&keep))).unwrap(), 1);
    assert!(end("b"));
    assert!(listed().is_empty());
    let bobs = policy::edit_account(&Actor::operator(), &bob).unwrap();
    assert_eq!(db.read(|tx| Ok::<_, StorageError>(user_sessions::list(tx, &bobs)?.len())).unwrap(), 1);
    clock.advance(25.hours());
    assert!(db.read(|tx| user_sessions::list(tx, &bobs)).unwrap().is_empty(), "expired");
}
