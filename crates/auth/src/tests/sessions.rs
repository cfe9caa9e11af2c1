//! Listing and ending sign-ins, and where those who were let in stand.

use super::*;
use crate::{Held, Standing};

fn ids(server: &Server, session: &Session) -> usize {
    server.accounts.sign_ins(session).unwrap().len()
}

#[test]
fn a_person_sees_the_own_sign_ins_and_ends_any_of_them() {
    let server = server();
    let origin = Origin { address: Some("192.0.2.7".to_owned()), user_agent: Some("Firefox".to_owned()) };
    let phone = server.accounts.login("alice@example.com", "AlicePass123", true, &origin).unwrap();
    let phone = server.accounts.authenticate(&phone.token).unwrap();
    let desk = server.alice();
    let listed = server.accounts.sign_ins(&desk).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().any(|sign_in| Some(&sign_in.id) == phone.sid.as_ref() && sign_in.origin == origin));
    let admin = server.accounts.authenticate(&server.token("admin@example.com", "AdminPass123")).unwrap();
    let theirs = phone.sid.clone().unwrap();
    refused(server.accounts.end_sign_in(&admin, &theirs), "Session not found");
    server.accounts.end_sign_in(&desk, &theirs).unwrap();
    refused(server.accounts.end_sign_in(&desk, &theirs), "Session not found");
    assert_eq!(ids(&server, &desk), 1);
    let token = server.accounts.signer_token(&phone);
    refused(server.accounts.authenticate(&token), "User account is inactive or does not exist");
}

#[test]
fn signing_out_everywhere_voids_every_token_also_those_without_a_sign_in() {
    let server = server();
    let (here, there) = (server.alice(), server.alice());
    let foreign = Session { sid: None, ..here.clone() };
    let tokens = [&here, &there, &foreign].map(|session| server.accounts.signer_token(session));
    server.accounts.sign_out_everywhere(&here, true).unwrap();
    for token in &tokens {
        refused(server.accounts.authenticate(token), "User account is inactive or does not exist");
    }
    let renewed = server.accounts.authenticate(&server.accounts.renew(&here).unwrap().token).unwrap();
    assert_eq!(ids(&server, &renewed), 1);
    server.accounts.sign_out_everywhere(&renewed, false).unwrap();
    assert_eq!(ids(&server, &server.alice()), 1, "the one just made");
}

#[test]
fn a_new_password_ends_the_other_sign_ins_and_a_reset_all() {
    let server = server();
    let (here, _there) = (server.alice(), server.alice());
    let own = OwnChanges {
        current_password: Some("AlicePass123"),
        new_password: Some("AlicePass456"),
        ..OwnChanges::default()
    };
    server.accounts.update_own(&here, &own).unwrap();
    assert_eq!(ids(&server, &here), 1);
    server.update(&here.user.id, &UserChanges { password: Some("AlicePass789"), ..Default::default() }).unwrap();
    assert_eq!(ids(&server, &here), 0);
}

#[test]
fn where_somebody_stands_follows_the_account_and_the_sign_in() {
    let server = server();
    let (desk, phone) = (server.alice(), server.alice());
    let foreign = Session { sid: None, ..desk.clone() };
    let held: Vec<Held> = [&desk, &phone, &foreign].map(Held::from).into();
    let stands = || server.accounts.standings(&held).unwrap();
    let change = |changes: UserChanges<'_>| drop(server.update(&desk.user.id, &changes).unwrap());
    assert_eq!(stands(), [Standing::Member; 3]);
    change(UserChanges { is_admin: Some(true), ..UserChanges::default() });
    assert_eq!(stands(), [Standing::Administrator; 3]);
    change(UserChanges { is_admin: Some(false), is_active: Some(false), ..UserChanges::default() });
    assert_eq!(stands(), [Standing::Gone; 3]);
    change(UserChanges { is_active: Some(true), ..UserChanges::default() });
    server.accounts.logout(&phone).unwrap();
    assert_eq!(stands(), [Standing::Member, Standing::Gone, Standing::Member]);
    server.clock.advance(23.hours());
    server.accounts.refresh(&server.accounts.authenticate(&server.accounts.signer_token(&desk)).unwrap()).unwrap();
    server.clock.advance(2.hours());
    assert_eq!(stands(), [Standing::Member, Standing::Gone, Standing::Gone], "only the first was refreshed");
    server.clock.advance(25.hours());
    assert_eq!(stands(), [Standing::Gone; 3]);
}

#[test]
fn a_new_password_and_removal_end_where_somebody_stands() {
    let server = server();
    let held = [Held::from(&server.alice())];
    let stands = |held: &[Held]| server.accounts.standings(held).unwrap();
    let alice = held[0].user_id.clone();
    server.update(&alice, &UserChanges { password: Some("AlicePass123"), ..Default::default() }).unwrap();
    assert_eq!(stands(&held), [Standing::Gone]);
    let held = [Held::from(&server.alice())];
    assert_eq!(stands(&held), [Standing::Member]);
    server.accounts.delete(&Actor::operator(), &alice, Content::Delete).unwrap();
    assert_eq!(stands(&held), [Standing::Gone]);
}
