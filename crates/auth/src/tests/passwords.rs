//! Rules about former passwords and their age.

use super::*;
use invoke_permissions::policy;
use invoke_storage::users;

fn rules(passwords: PasswordPolicy) -> Server {
    let server = server_with(AuthSettings { passwords, ..settings() });
    server.set_up();
    server
}

impl Server {
    fn set_up(&self) {
        self.accounts.set_up("admin@example.com", Some("Admin"), "AdminPass123").unwrap();
        self.add("alice@example.com", "AlicePass123");
    }

    fn change(&self, from: &str, to: &str) -> Result<User, AuthError> {
        let session = self.accounts.authenticate(&self.token("alice@example.com", from)).unwrap();
        let own = OwnChanges { current_password: Some(from), new_password: Some(to), ..Default::default() };
        self.accounts.update_own(&session, &own)
    }
}

fn lax() -> PasswordPolicy {
    settings().passwords
}

#[test]
fn one_of_the_last_passwords_cannot_be_chosen_again_by_anybody() {
    let server = rules(PasswordPolicy { history: 3, ..lax() });
    let reused = "Password must not be one of the last 3 used";
    refused(server.change("AlicePass123", "AlicePass123"), reused);
    server.change("AlicePass123", "second").unwrap();
    server.change("second", "third").unwrap();
    for former in ["AlicePass123", "second", "third"] {
        refused(server.change("third", former), reused);
    }
    let alice = server.accounts.authenticate(&server.token("alice@example.com", "third")).unwrap().user.id;
    let reset = |password| server.update(&alice, &UserChanges { password: Some(password), ..Default::default() });
    refused(reset("second"), reused);
    reset("fourth").unwrap();
    server.change("fourth", "AlicePass123").unwrap();
}

#[test]
fn without_the_rule_any_password_may_come_back() {
    let server = rules(lax());
    server.change("AlicePass123", "AlicePass123").unwrap();
}

#[test]
fn a_password_the_reference_set_counts_as_the_last_one() {
    let server = rules(PasswordPolicy { history: 2, ..lax() });
    let alice = server.alice().user.id;
    let foreign = bcrypt::hash("Foreign123", 4).unwrap();
    let edit = policy::edit_account(&Actor::operator(), &alice).unwrap();
    server.db.write(|tx| users::update_password(tx, &edit, &foreign)).unwrap();
    refused(server.change("Foreign123", "Foreign123"), "Password must not be one of the last 2 used");
    refused(server.change("Foreign123", "AlicePass123"), "Password must not be one of the last 2 used");
    server.change("Foreign123", "third").unwrap();
    refused(server.change("third", "Foreign123"), "Password must not be one of the last 2 used");
    server.change("third", "AlicePass123").unwrap();
}

#[test]
fn a_password_that_is_too_old_is_said_so_at_each_sign_in_until_it_is_changed() {
    let server = rules(PasswordPolicy { max_age: Some(SignedDuration::from_hours(90 * 24)), ..lax() });
    let due = |password| server.accounts.log_in("alice@example.com", password, false).unwrap().password_change_due;
    server.clock.advance((90 * 24 * 3600 - 1).seconds());
    assert!(!due("AlicePass123"));
    server.clock.advance(2.seconds());
    assert!(due("AlicePass123"));
    assert!(due("AlicePass123"));
    server.change("AlicePass123", "AlicePass456").unwrap();
    assert!(!due("AlicePass456"));
}

#[test]
fn a_better_hash_makes_a_password_no_younger_and_one_of_unknown_age_is_as_old_as_its_account() {
    let server = rules(PasswordPolicy { max_age: Some(SignedDuration::from_hours(24)), ..lax() });
    let due = || server.accounts.log_in("alice@example.com", "AlicePass123", false).unwrap().password_change_due;
    let alice = server.alice().user.id;
    let edit = policy::edit_account(&Actor::operator(), &alice).unwrap();
    let bcrypt = bcrypt::hash("AlicePass123", 4).unwrap();
    server.db.write(|tx| users::update_password(tx, &edit, &bcrypt)).unwrap();
    server.clock.advance(25.hours());
    assert!(due(), "made with the account, a day ago");
    let (_, hash) = server.db.read(|tx| users::find_by_email(tx, "alice@example.com")).unwrap().unwrap();
    assert!(hash.starts_with("$argon2id$"));
    assert!(due(), "the hash is new, the password is not");
}

#[test]
fn longer_and_special_passwords_are_asked_for_where_they_are_set() {
    let strict = PasswordPolicy { min_length: Some(12), require_special: true, ..PasswordPolicy::default() };
    let server = server_with(AuthSettings { passwords: strict, ..settings() });
    let set_up = |password| server.accounts.set_up("admin@example.com", None, password);
    refused(set_up("AdminPass12"), "Password must be at least 12 characters long");
    refused(set_up("AdminPass1234"), "Password must contain a special character, such as !@#$%^&*");
    set_up("AdminPass-1234").unwrap();
}

#[test]
fn a_password_changed_elsewhere_meanwhile_is_not_the_current_one_any_more() {
    let server = server();
    let session = server.alice();
    let alice = session.user.id.clone();
    server.update(&alice, &UserChanges { password: Some("Reset12345"), ..Default::default() }).unwrap();
    let own = |current| OwnChanges { current_password: Some(current), new_password: Some("x"), ..Default::default() };
    refused(server.accounts.update_own(&session, &own("AlicePass123")), "Current password is incorrect");
    let text = "User account is inactive or does not exist";
    refused(server.accounts.update_own(&session, &own("Reset12345")), text);
}
