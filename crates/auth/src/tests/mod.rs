//! Accounts as a whole, against a database in memory.

use crate::{
    Accounts, AuthError, AuthSettings, Content, HashCost, NewAccount, Origin, OwnChanges, PasswordPolicy,
    PasswordProblem, Session, SignedIn, UserChanges,
};
use invoke_domain::{Clock, OsRandom, User, UserId};
use invoke_permissions::Actor;
use invoke_storage::{Database, StorageSettings};
use jiff::{SignedDuration, Span, Timestamp, ToSpan};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;

mod administrators;
mod passwords;
mod recovery;
mod sessions;

#[derive(Debug)]
struct TestClock(Mutex<Timestamp>);

impl TestClock {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-03-01T12:00:00.123456Z".parse().unwrap())))
    }

    fn advance(&self, span: Span) {
        let mut now = self.0.lock();
        *now = now.checked_add(span).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}

fn settings() -> AuthSettings {
    let passwords = PasswordPolicy { strict: false, ..PasswordPolicy::default() };
    AuthSettings { passwords, hash_cost: HashCost::MINIMUM, ..AuthSettings::default() }
}

struct Server {
    accounts: Accounts,
    clock: Arc<TestClock>,
    db: Database,
}

fn server_with(settings: AuthSettings) -> Server {
    let clock = TestClock::new();
    let db = Database::open(&StorageSettings::memory(), clock.clone(), &OsRandom).unwrap();
    let accounts = Accounts::new(db.clone(), settings, clock.clone(), Arc::new(OsRandom)).unwrap();
    Server { accounts, clock, db }
}

/// A server with an administrator and alice.
fn server() -> Server {
    let server = server_with(settings());
    server.accounts.set_up("admin@example.com", Some("Admin"), "AdminPass123").unwrap();
    server.add("alice@example.com", "AlicePass123");
    server
}

impl Server {
    fn add(&self, email: &str, password: &str) -> User {
        let account = NewAccount { email, display_name: None, password, is_admin: false };
        self.accounts.create(&Actor::operator(), &account).unwrap()
    }

    fn token(&self, email: &str, password: &str) -> String {
        self.accounts.log_in(email, password, false).unwrap().token
    }

    fn alice(&self) -> Session {
        self.accounts.authenticate(&self.token("alice@example.com", "AlicePass123")).unwrap()
    }

    fn update(&self, id: &UserId, changes: &UserChanges<'_>) -> Result<User, AuthError> {
        self.accounts.update(&Actor::operator(), id, changes)
    }
}

/// From nowhere in particular.
impl Accounts {
    fn log_in(&self, email: &str, password: &str, remember_me: bool) -> Result<SignedIn, AuthError> {
        self.login(email, password, remember_me, &Origin::default())
    }

    fn set_up(&self, email: &str, display_name: Option<&str>, password: &str) -> Result<SignedIn, AuthError> {
        self.setup(email, display_name, password, &Origin::default())
    }
}

#[track_caller]
fn refused<T: std::fmt::Debug>(result: Result<T, AuthError>, text: &str) {
    assert_eq!(result.unwrap_err().to_string(), text);
}

#[test]
fn the_first_administrator_is_set_up_once_and_signed_in() {
    let server = server_with(settings());
    assert!(server.accounts.status().unwrap().setup_required);
    let problem = "Invalid email address: An email address must have an @-sign.";
    refused(server.accounts.set_up("not-an-email", None, "AdminPass123"), problem);
    refused(server.accounts.set_up("admin@example.com", None, ""), "Password cannot be empty");
    let first = server.accounts.set_up("admin@example.com", Some("Admin"), "AdminPass123").unwrap();
    assert!(first.user.is_admin && first.user.last_login_at.is_none());
    assert_eq!(first.user.created_at, first.user.updated_at);
    assert!(server.accounts.authenticate(&first.token).unwrap().actor.is_admin());
    assert!(!server.accounts.status().unwrap().setup_required);
    let again = server.accounts.set_up("second@example.com", None, "AdminPass123");
    refused(again, "Administrator account already configured");
}

#[test]
fn of_two_setups_at_once_one_wins() {
    for round in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let settings_of_db = StorageSettings::file(folder.path().join("a.db"));
        let clock = TestClock::new();
        let db = Database::open(&settings_of_db, clock.clone(), &OsRandom).unwrap();
        let accounts = Arc::new(Accounts::new(db, settings(), clock, Arc::new(OsRandom)).unwrap());
        let start = Arc::new(std::sync::Barrier::new(2));
        let won = ["a@example.com", "b@example.com"]
            .map(|email| {
                let (accounts, start) = (Arc::clone(&accounts), Arc::clone(&start));
                std::thread::spawn(move || {
                    start.wait();
                    accounts.set_up(email, None, "AdminPass123").is_ok()
                })
            })
            .map(|attempt| attempt.join().unwrap());
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "round {round}: {won:?}");
        assert_eq!(accounts.list(&Actor::operator()).unwrap().len(), 1);
    }
}

#[test]
fn single_user_mode_has_nothing_to_sign_in_to_and_everybody_works_as_system() {
    let server = server_with(AuthSettings { multiuser: false, ..settings() });
    let status = server.accounts.status().unwrap();
    assert!(!status.setup_required && !status.multiuser_enabled);
    let login = "Multiuser mode is disabled. Authentication is not required in single-user mode.";
    refused(server.accounts.log_in("a@example.com", "x", false), login);
    let setup = "Multiuser mode is disabled. Admin setup is not required in single-user mode.";
    refused(server.accounts.set_up("a@example.com", None, "x"), setup);
    let actor = server.accounts.anonymous().unwrap();
    assert!(actor.is_admin() && actor.user_id().is_system());
    assert_eq!(self::server().accounts.anonymous(), None);
}

#[test]
fn wrong_password_unknown_address_and_system_answer_alike() {
    let server = server();
    for (email, password) in [
        ("alice@example.com", "wrong"),
        ("ghost@example.com", "AlicePass123"),
        ("Alice@example.com", "AlicePass123"),
        ("system@system.invokeai", ""),
    ] {
        refused(server.accounts.log_in(email, password, false), "Incorrect email or password");
    }
    let problem = "Invalid email address: An email address must have an @-sign.";
    refused(server.accounts.log_in("foo", "x", false), problem);
}

#[test]
fn a_password_of_excessive_length_is_not_even_hashed() {
    let long = "x".repeat(1025);
    let refused = server().accounts.log_in("alice@example.com", &long, false).unwrap_err();
    assert!(matches!(refused, AuthError::Password(PasswordProblem::TooLong)));
}

#[test]
fn signing_in_is_dated_and_lasts_a_day_or_a_week() {
    let server = server();
    let day = server.accounts.log_in("alice@EXAMPLE.com", "AlicePass123", false).unwrap();
    assert_eq!(day.lifetime, SignedDuration::from_hours(24));
    assert_eq!(day.user.last_login_at.unwrap().to_string(), "2026-03-01T12:00:00.123456Z");
    let week = server.accounts.log_in("alice@example.com", "AlicePass123", true).unwrap();
    assert_eq!(week.lifetime.as_secs(), 604_800);
    server.clock.advance(25.hours());
    refused(server.accounts.authenticate(&day.token), "Invalid or expired token");
    let session = server.accounts.authenticate(&week.token).unwrap();
    assert!(session.remember_me);
    assert_eq!(session.user.last_login_at.unwrap().to_string(), "2026-03-01T12:00:00.123456Z");
}

#[test]
fn a_disabled_account_is_told_so_only_with_its_password_and_its_tokens_rest() {
    let server = server();
    let token = server.token("alice@example.com", "AlicePass123");
    let alice = server.alice().user.id;
    server.update(&alice, &UserChanges { is_active: Some(false), ..UserChanges::default() }).unwrap();
    refused(server.accounts.log_in("alice@example.com", "wrong", false), "Incorrect email or password");
    refused(server.accounts.log_in("alice@example.com", "AlicePass123", false), "User account is disabled");
    refused(server.accounts.authenticate(&token), "User account is inactive or does not exist");
    server.update(&alice, &UserChanges { is_active: Some(true), ..UserChanges::default() }).unwrap();
    assert!(server.accounts.authenticate(&token).is_ok());
}

#[test]
fn the_role_is_that_of_the_account_at_the_moment() {
    let server = server();
    let token = server.token("alice@example.com", "AlicePass123");
    let alice = server.alice().user.id;
    assert!(!server.accounts.authenticate(&token).unwrap().actor.is_admin());
    server.update(&alice, &UserChanges { is_admin: Some(true), ..UserChanges::default() }).unwrap();
    assert!(server.accounts.authenticate(&token).unwrap().actor.is_admin());
    server.update(&alice, &UserChanges { is_admin: Some(false), ..UserChanges::default() }).unwrap();
    assert!(!server.accounts.authenticate(&token).unwrap().actor.is_admin());
}

#[test]
fn signing_out_ends_this_sign_in_and_its_refreshed_tokens_but_no_other() {
    let server = server();
    let (phone, desk) = (server.alice(), server.alice());
    let refreshed = server.accounts.refresh(&phone).unwrap();
    server.accounts.logout(&phone).unwrap();
    refused(server.accounts.authenticate(&refreshed), "User account is inactive or does not exist");
    let desk_token = server.accounts.refresh(&desk).unwrap();
    assert!(server.accounts.authenticate(&desk_token).is_ok());
}

#[test]
fn refreshing_keeps_a_sign_in_alive_as_long_as_it_is_used() {
    let server = server();
    let mut session = server.alice();
    for _ in 0..10 {
        server.clock.advance(9.hours());
        let token = server.accounts.refresh(&session).unwrap();
        // Others who sign in make expired records go.
        server.token("admin@example.com", "AdminPass123");
        session = server.accounts.authenticate(&token).unwrap();
    }
    server.clock.advance(25.hours());
    refused(server.accounts.authenticate(&server.accounts.signer_token(&session)), "Invalid or expired token");
}

impl Accounts {
    /// The token `session` was accepted with, made again.
    fn signer_token(&self, session: &Session) -> String {
        self.token(&session.user, session.remember_me, session.sid.as_ref(), session.expires_at).unwrap()
    }
}

#[test]
fn a_new_password_voids_all_tokens_but_the_one_given_in_exchange() {
    let server = server();
    let (session, other) = (server.alice(), server.token("alice@example.com", "AlicePass123"));
    let change = |current, new| {
        server.accounts.update_own(
            &session,
            &OwnChanges { current_password: current, new_password: Some(new), ..Default::default() },
        )
    };
    refused(change(None, "Xyz12345"), "Current password is required to set a new password");
    refused(change(Some(""), "Xyz12345"), "Current password is required to set a new password");
    refused(change(Some("bad"), "Xyz12345"), "Current password is incorrect");
    refused(change(Some("AlicePass123"), ""), "Password cannot be empty");
    assert_eq!(change(Some("AlicePass123"), "AlicePass456").unwrap().token_epoch, 1);
    refused(server.accounts.authenticate(&other), "User account is inactive or does not exist");
    let stale = server.accounts.refresh(&session).unwrap();
    refused(server.accounts.authenticate(&stale), "User account is inactive or does not exist");
    let renewed = server.accounts.renew(&session).unwrap();
    assert_eq!(server.accounts.authenticate(&renewed.token).unwrap().user.token_epoch, 1);
    refused(server.accounts.log_in("alice@example.com", "AlicePass123", false), "Incorrect email or password");
    assert!(server.accounts.log_in("alice@example.com", "AlicePass456", false).is_ok());
}

#[test]
fn a_password_set_by_an_administrator_voids_all_tokens() {
    let server = server();
    let token = server.token("alice@example.com", "AlicePass123");
    let alice = server.alice().user.id;
    server.update(&alice, &UserChanges { password: Some("Other1234"), ..UserChanges::default() }).unwrap();
    refused(server.accounts.authenticate(&token), "User account is inactive or does not exist");
}

#[test]
fn the_last_administrator_stays_and_system_stays_as_it_is() {
    let server = server();
    let admin = server.accounts.list(&Actor::operator()).unwrap().into_iter().find(|user| user.is_admin).unwrap().id;
    let demote = UserChanges { is_admin: Some(false), ..UserChanges::default() };
    let disable = UserChanges { is_active: Some(false), ..UserChanges::default() };
    refused(server.update(&admin, &demote), "Cannot remove the last administrator");
    refused(server.update(&admin, &disable), "Cannot remove the last administrator");
    let protected = "The system user cannot be deleted, deactivated, promoted to administrator, or given a password";
    let system = UserId::system();
    refused(server.update(&system, &disable), protected);
    refused(server.update(&system, &UserChanges { is_admin: Some(true), ..UserChanges::default() }), protected);
    refused(server.update(&system, &UserChanges { password: Some("Abcdefg1"), ..UserChanges::default() }), protected);
    let renamed = UserChanges { display_name: Some("House"), ..UserChanges::default() };
    assert_eq!(server.update(&system, &renamed).unwrap().display_name.as_deref(), Some("House"));
    refused(server.update(&UserId::from("none"), &renamed), "User not found");
}

#[test]
fn only_administrators_look_at_accounts_and_change_them() {
    let server = server();
    let alice = server.alice();
    let text = "Admin privileges required";
    refused(server.accounts.list(&alice.actor), text);
    refused(server.accounts.get(&alice.actor, &alice.user.id), text);
    refused(server.accounts.update(&alice.actor, &alice.user.id, &UserChanges::default()), text);
    let account = NewAccount { email: "z@example.com", display_name: None, password: "Abcdefg1", is_admin: true };
    refused(server.accounts.create(&alice.actor, &account), text);
    let taken = NewAccount { email: "alice@EXAMPLE.COM", ..account };
    refused(server.accounts.create(&Actor::operator(), &taken), "User with email alice@example.com already exists");
    let own = OwnChanges { display_name: Some("Alice A."), ..OwnChanges::default() };
    assert_eq!(server.accounts.update_own(&alice, &own).unwrap().display_name.as_deref(), Some("Alice A."));
}

#[test]
fn strict_rules_hold_wherever_a_password_is_set() {
    let server = server_with(AuthSettings { passwords: PasswordPolicy::default(), ..settings() });
    let short = "Password must be at least 8 characters long";
    refused(server.accounts.set_up("admin@example.com", None, "Ab1"), short);
    let admin = server.accounts.set_up("admin@example.com", None, "AdminPass123").unwrap();
    let session = server.accounts.authenticate(&admin.token).unwrap();
    let own = OwnChanges { current_password: Some("AdminPass123"), new_password: Some("weak"), ..Default::default() };
    refused(server.accounts.update_own(&session, &own), short);
    let weak = UserChanges { password: Some("abcdefgh1"), ..UserChanges::default() };
    refused(server.update(&admin.user.id, &weak), "Password must contain uppercase, lowercase, and numbers");
}

#[test]
fn a_key_from_the_settings_is_used_instead_of_the_one_in_the_database() {
    let server = server();
    let token = server.token("alice@example.com", "AlicePass123");
    let with_key = |secret: Option<&str>| {
        let settings = AuthSettings { secret: secret.map(str::to_owned), ..settings() };
        Accounts::new(server.db.clone(), settings, server.clock.clone(), Arc::new(OsRandom)).unwrap()
    };
    assert!(with_key(None).authenticate(&token).is_ok(), "the key in the database outlives the process");
    refused(with_key(Some("other")).authenticate(&token), "Invalid or expired token");
    assert!(with_key(Some("")).authenticate(&token).is_ok());
}

/// A copy of the database the reference wrote, and its accounts.
fn existing_installation(folder: &Path) -> (Accounts, Database) {
    let path = folder.join("invokeai.db");
    let fixture = "../../tests/fixtures/reference/databases/multiuser-6.14.2.db";
    std::fs::write(&path, std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture)).unwrap()).unwrap();
    let clock = TestClock::new();
    let db = Database::open(&StorageSettings::file(path), clock.clone(), &OsRandom).unwrap();
    (Accounts::new(db.clone(), settings(), clock, Arc::new(OsRandom)).unwrap(), db)
}

#[test]
fn people_of_an_existing_installation_sign_in_and_their_hashes_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, db) = existing_installation(folder.path());
    assert!(!accounts.status().unwrap().setup_required);
    refused(accounts.log_in("bob@example.com", "BobPass1234", false), "Incorrect email or password");
    for (email, password) in [("alice@example.com", "AlicePass123"), ("bob@example.com", "BobPass5678")] {
        let before = accounts.log_in(email, password, false).unwrap();
        let (after, hash) = db.read(|tx| invoke_storage::users::find_by_email(tx, email)).unwrap().unwrap();
        assert!(hash.starts_with("$argon2id$"), "{hash}");
        assert_eq!(after.token_epoch, before.user.token_epoch, "a better hash is no new password");
        assert!(accounts.log_in(email, password, false).is_ok());
    }
    refused(accounts.log_in("bob@example.com", "BobPass1234", false), "Incorrect email or password");
}

#[test]
fn a_token_the_reference_gave_out_is_accepted() {
    let folder = tempfile::tempdir().unwrap();
    let (accounts, _db) = existing_installation(folder.path());
    // Made by python-jose 3.5.0 with the key in that database, for alice, valid until 2100.
    let token = include_str!("../../../../tests/fixtures/reference/tokens/alice.jwt").trim();
    let session = accounts.authenticate(token).unwrap();
    assert_eq!((session.user.email.as_str(), session.sid.clone()), ("alice@example.com", None));
    accounts.logout(&session).unwrap();
    assert!(accounts.authenticate(token).is_ok(), "it names no sign-in that could end");
}

#[test]
fn an_account_goes_unless_it_is_the_last_administrator_system_or_its_own_heir() {
    let server = server();
    let admin = server.accounts.list(&Actor::operator()).unwrap().into_iter().find(|user| user.is_admin).unwrap().id;
    let alice = server.alice();
    let (operator, system, nobody) = (Actor::operator(), UserId::system(), UserId::from("none"));
    let delete = |id: &UserId, content| server.accounts.delete(&operator, id, content);
    refused(server.accounts.delete(&alice.actor, &alice.user.id, Content::Delete), "Admin privileges required");
    refused(delete(&admin, Content::Delete), "Cannot remove the last administrator");
    let protected = "The system user cannot be deleted, deactivated, promoted to administrator, or given a password";
    refused(delete(&system, Content::Delete), protected);
    refused(delete(&nobody, Content::Delete), "User not found");
    let no_heir = "The user to transfer content to was not found";
    refused(delete(&alice.user.id, Content::Transfer(&alice.user.id)), no_heir);
    refused(delete(&alice.user.id, Content::Transfer(&nobody)), no_heir);
    let token = server.token("alice@example.com", "AlicePass123");
    delete(&alice.user.id, Content::Transfer(&system)).unwrap();
    refused(server.accounts.authenticate(&token), "User account is inactive or does not exist");
}
