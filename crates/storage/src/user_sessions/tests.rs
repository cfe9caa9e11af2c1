use crate::testing::{TestClock, add_user, memory_at};
use crate::user_sessions::{self, NewSignIn, SignInId};
use crate::users;
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
            user_sessions::insert(tx, &NewSignIn { id, user_id: &alice, token_hash: "00", expires_at })?;
        }
        user_sessions::update_expiry(tx, &ids[1], "2026-03-09T12:00:00Z".parse().unwrap())
    })
    .unwrap();
    clock.advance(25.hours());
    assert_eq!(db.write(user_sessions::delete_expired).unwrap(), 2);
    let lasts = |id| db.read(|tx| users::get_for_token(tx, &alice, Some(id))).unwrap().unwrap().1.is_some();
    assert_eq!(ids.each_ref().map(lasts), [false, true, false]);
}
