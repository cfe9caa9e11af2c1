//! Codes that make an administrator.

use super::{Server, refused, server, settings};
use crate::{AuthSettings, Origin, Recovery};
use invoke_permissions::Actor;
use jiff::ToSpan;

const REFUSED: &str = "The recovery code is wrong, used or expired";

fn with<'a>(code: &'a str, email: &'a str) -> Recovery<'a> {
    Recovery { code, email, display_name: None, password: "Recovered1" }
}

fn recover(server: &Server, code: &str, email: &str) -> Result<crate::SignedIn, crate::AuthError> {
    server.accounts.recover(&with(code, email), &Origin::default())
}

#[test]
fn a_code_makes_a_new_administrator_once() {
    let server = server();
    refused(recover(&server, "AAAA-AAAA-AAAA-AAAA", "new@example.com"), REFUSED);
    let code = server.accounts.begin_recovery().unwrap().code;
    let back = recover(&server, &code.to_lowercase().replace('-', " "), "new@example.com").unwrap();
    assert!(back.user.is_admin && server.accounts.authenticate(&back.token).is_ok());
    refused(recover(&server, &code, "other@example.com"), REFUSED);
}

#[test]
fn an_account_that_is_there_gets_role_password_and_access_and_loses_its_old_sign_ins() {
    let server = server();
    let alice = server.alice();
    let before = server.token("alice@example.com", "AlicePass123");
    let off = crate::UserChanges { is_active: Some(false), ..Default::default() };
    server.accounts.update(&Actor::operator(), &alice.user.id, &off).unwrap();
    let code = server.accounts.begin_recovery().unwrap().code;
    let back = recover(&server, &code, "alice@EXAMPLE.com").unwrap();
    assert_eq!((back.user.id, back.user.is_admin, back.user.is_active), (alice.user.id, true, true));
    assert_eq!(back.user.display_name, alice.user.display_name);
    assert!(server.accounts.authenticate(&before).is_err());
    server.token("alice@example.com", "Recovered1");
}

#[test]
fn a_code_lasts_a_quarter_of_an_hour_and_until_the_next_one() {
    let server = server();
    let first = server.accounts.begin_recovery().unwrap();
    let second = server.accounts.begin_recovery().unwrap();
    refused(recover(&server, &first.code, "new@example.com"), REFUSED);
    server.clock.advance(15.minutes());
    assert!(second.expires_at <= invoke_domain::Clock::now(&*server.clock));
    refused(recover(&server, &second.code, "new@example.com"), REFUSED);
}

#[test]
fn what_else_is_wrong_does_not_use_the_code_up() {
    let server = server();
    let code = server.accounts.begin_recovery().unwrap().code;
    refused(recover(&server, &code, "foo"), "Invalid email address: An email address must have an @-sign.");
    refused(
        recover(&server, &code, "system@system.invokeai"),
        "The system user cannot be deleted, deactivated, promoted to administrator, or given a password",
    );
    let empty = Recovery { password: "", ..with(&code, "new@example.com") };
    assert!(server.accounts.recover(&empty, &Origin::default()).is_err());
    recover(&server, &code, "new@example.com").unwrap();
}

#[test]
fn too_many_wrong_codes_make_the_right_one_void() {
    let server = server();
    let code = server.accounts.begin_recovery().unwrap().code;
    for _ in 0..100 {
        refused(recover(&server, "AAAA-AAAA-AAAA-AAAA", "new@example.com"), REFUSED);
    }
    refused(recover(&server, &code, "new@example.com"), REFUSED);
}

#[test]
fn without_accounts_there_is_nobody_to_recover() {
    let server = super::server_with(AuthSettings { multiuser: false, ..settings() });
    assert!(server.accounts.begin_recovery().is_err());
    assert!(recover(&server, "AAAA-AAAA-AAAA-AAAA", "new@example.com").is_err());
}

#[test]
fn a_lost_signing_key_does_not_open_the_setup_again() {
    use invoke_storage::app_settings;
    let server = server();
    let token = server.token("admin@example.com", "AdminPass123");
    let grant = invoke_permissions::policy::manage_settings(&Actor::operator()).unwrap();
    server.db.write(|tx| app_settings::delete(tx, &grant, app_settings::JWT_SECRET)).unwrap();
    let random = std::sync::Arc::new(invoke_domain::OsRandom);
    let again = crate::Accounts::new(server.db.clone(), settings(), server.clock.clone(), random).unwrap();
    assert!(!again.status().unwrap().setup_required);
    refused(again.set_up("thief@example.com", None, "ThiefPass1"), "Administrator account already configured");
    refused(again.authenticate(&token), "Invalid or expired token");
}
