//! Somebody administers the server, whatever happens at the same time.

use super::*;
use std::sync::Barrier;

const ADMINS: [&str; 2] = ["admin@example.com", "second@example.com"];
const PASSWORD: &str = "AdminPass123";

/// Two administrators of one file; each has the file open as a process of its own would.
fn two_administrators(folder: &Path) -> [(Accounts, Actor, UserId); 2] {
    let open = || {
        let clock = TestClock::new();
        let settings_of_db = StorageSettings::file(folder.join("a.db"));
        let db = Database::open(&settings_of_db, clock.clone(), &OsRandom).unwrap();
        Accounts::new(db, settings(), clock, Arc::new(OsRandom)).unwrap()
    };
    let first = open();
    first.set_up(ADMINS[0], None, PASSWORD).unwrap();
    let account = NewAccount { email: ADMINS[1], display_name: None, password: PASSWORD, is_admin: true };
    first.create(&Actor::operator(), &account).unwrap();
    let second = open();
    let mut processes = [first, second].into_iter();
    ADMINS.map(|email| {
        let accounts = processes.next().unwrap();
        let session = accounts.authenticate(&accounts.log_in(email, PASSWORD, false).unwrap().token).unwrap();
        (accounts, session.actor, session.user.id)
    })
}

type Change = fn(&Accounts, &Actor, &UserId) -> Result<(), AuthError>;

fn update(accounts: &Accounts, actor: &Actor, id: &UserId, changes: &UserChanges<'_>) -> Result<(), AuthError> {
    accounts.update(actor, id, changes).map(drop)
}

const DEMOTE: Change =
    |accounts, actor, id| update(accounts, actor, id, &UserChanges { is_admin: Some(false), ..Default::default() });
const DEACTIVATE: Change =
    |accounts, actor, id| update(accounts, actor, id, &UserChanges { is_active: Some(false), ..Default::default() });
const REMOVE: Change = |accounts, actor, id| accounts.delete(actor, id, Content::Keep);

/// Both do `changes` at the same moment, each to the account at `to`; how many succeeded.
fn at_once(pair: [(Accounts, Actor, UserId); 2], changes: [Change; 2], to: [usize; 2]) -> (usize, Accounts) {
    let ids = [pair[0].2.clone(), pair[1].2.clone()];
    let start = Barrier::new(2);
    let [(first, first_actor, _), (second, second_actor, _)] = pair;
    let succeeded = std::thread::scope(|scope| {
        let attempts = [(&first, &first_actor, 0), (&second, &second_actor, 1)].map(|(accounts, actor, number)| {
            let (start, id, change) = (&start, &ids[to[number]], changes[number]);
            scope.spawn(move || {
                start.wait();
                change(accounts, actor, id).is_ok()
            })
        });
        attempts.into_iter().map(|attempt| attempt.join().unwrap()).filter(|done| *done).count()
    });
    (succeeded, first)
}

#[test]
fn of_two_administrators_who_remove_each_other_at_once_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    for (round, changes) in [
        [DEMOTE, DEMOTE],
        [DEACTIVATE, DEACTIVATE],
        [REMOVE, REMOVE],
        [DEMOTE, REMOVE],
        [DEACTIVATE, DEMOTE],
        [REMOVE, DEACTIVATE],
    ]
    .into_iter()
    .cycle()
    .take(18)
    .enumerate()
    {
        let folder = folder.path().join(round.to_string());
        let (succeeded, accounts) = at_once(two_administrators(&folder), changes, [1, 0]);
        assert_eq!(succeeded, 1, "round {round}");
        assert!(!accounts.status().unwrap().setup_required, "round {round}");
    }
}

#[test]
fn of_two_administrators_who_resign_at_once_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..6 {
        let folder = folder.path().join(round.to_string());
        let changes = [[DEMOTE, DEMOTE], [REMOVE, DEACTIVATE]][round % 2];
        let (succeeded, accounts) = at_once(two_administrators(&folder), changes, [0, 1]);
        assert_eq!(succeeded, 1, "round {round}");
        assert!(!accounts.status().unwrap().setup_required, "round {round}");
    }
}

#[test]
fn the_last_administrator_cannot_be_taken_away_by_any_change() {
    let server = server();
    let admin = server.accounts.list(&Actor::operator()).unwrap().into_iter().find(|user| user.is_admin).unwrap().id;
    let alice = server.alice().user.id;
    let text = "Cannot remove the last administrator";
    let all = |change: Change, id| change(&server.accounts, &Actor::operator(), id);
    // A second one who may not sign in does not count.
    let promoted = UserChanges { is_admin: Some(true), is_active: Some(false), ..UserChanges::default() };
    server.update(&alice, &promoted).unwrap();
    for change in [DEMOTE, DEACTIVATE, REMOVE] {
        refused(all(change, &admin), text);
    }
    server.update(&alice, &UserChanges { is_active: Some(true), ..UserChanges::default() }).unwrap();
    all(DEMOTE, &admin).unwrap();
    refused(all(REMOVE, &alice), text);
    all(REMOVE, &admin).unwrap();
}

#[test]
fn whoever_stopped_being_an_administrator_finishes_nothing_begun_before() {
    let server = server();
    let token = server.token("admin@example.com", "AdminPass123");
    let was_admin = server.accounts.authenticate(&token).unwrap();
    let alice = server.alice().user.id;
    server.update(&alice, &UserChanges { is_admin: Some(true), ..UserChanges::default() }).unwrap();
    server.update(&was_admin.user.id, &UserChanges { is_admin: Some(false), ..UserChanges::default() }).unwrap();
    let demote = UserChanges { is_admin: Some(false), ..UserChanges::default() };
    refused(server.accounts.update(&was_admin.actor, &alice, &demote), "Admin privileges required");
    refused(server.accounts.delete(&was_admin.actor, &alice, Content::Keep), "Admin privileges required");
    refused(server.accounts.adopt(&was_admin.actor, &alice, &was_admin.user.id, false), "Admin privileges required");
    let account = NewAccount { email: "z@example.com", display_name: None, password: "Abcdefg1", is_admin: true };
    refused(server.accounts.create(&was_admin.actor, &account), "Admin privileges required");
}
