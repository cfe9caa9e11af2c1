use crate::boards::{self, BoardChanges, BoardKey, BoardQuery, BoardRecord, NewBoard};
use crate::testing::{TestClock, add_user, memory_at};
use crate::{Database, StorageError, board_shares};
use invoke_domain::{BoardId, UserId};
use invoke_permissions::{Actor, BoardFacts, BoardSharing, BoardVisibility, ShareLevel, policy};
use jiff::ToSpan;
use std::sync::Arc;

struct Fixture {
    db: Database,
    clock: Arc<TestClock>,
}

fn user(name: &str) -> UserId {
    UserId::from(name)
}

impl Fixture {
    fn new() -> Self {
        let clock = TestClock::new();
        let db = memory_at(clock.clone());
        for name in ["alice", "bob", "carol"] {
            add_user(&db, name);
        }
        Self { db, clock }
    }

    fn add(&self, id: &str, owner: &str, visibility: BoardVisibility) {
        self.clock.advance(1.second());
        let facts = BoardFacts::new(BoardId::from(id), user(owner), visibility);
        self.db.write(|tx| boards::insert(tx, &NewBoard { facts, name: id.to_owned() })).unwrap();
    }

    fn facts(&self, id: &str) -> BoardFacts {
        self.db.read(|tx| boards::facts(tx, &BoardId::from(id))).unwrap().unwrap()
    }

    fn share(&self, id: &str, with: &str, level: ShareLevel) {
        let grant = policy::share_board(&Actor::system(), &self.facts(id), BoardSharing::Admins).unwrap();
        self.db.write(|tx| board_shares::insert(tx, &grant, &user(with), level, &UserId::system())).unwrap();
    }

    fn list(&self, viewer: &Actor, change: impl FnOnce(&mut BoardQuery)) -> Vec<BoardRecord> {
        let mut query =
            BoardQuery { key: BoardKey::CreatedAt, descending: true, include_archived: false, offset: 0, limit: -1 };
        change(&mut query);
        self.db.read(|tx| boards::list(tx, &viewer.scope(), viewer.user_id(), &query)).unwrap()
    }

    fn names(&self, viewer: &Actor, change: impl FnOnce(&mut BoardQuery)) -> Vec<String> {
        self.list(viewer, change).into_iter().map(|board| board.id.0).collect()
    }
}

fn actor(name: &str) -> Actor {
    Actor::run(user(name), name == "admin")
}

#[test]
fn everybody_sees_own_boards_open_ones_and_those_shared_with_them() {
    let fixture = Fixture::new();
    fixture.add("private", "alice", BoardVisibility::Private);
    fixture.add("shared", "alice", BoardVisibility::Shared);
    fixture.add("public", "alice", BoardVisibility::Public);
    fixture.add("given", "alice", BoardVisibility::Private);
    fixture.share("given", "bob", ShareLevel::Write);
    assert_eq!(fixture.names(&actor("alice"), |_| {}), ["given", "public", "shared", "private"]);
    assert_eq!(fixture.names(&actor("bob"), |_| {}), ["given", "public", "shared"]);
    assert_eq!(fixture.names(&actor("carol"), |_| {}), ["public", "shared"]);
    assert_eq!(fixture.names(&actor("admin"), |_| {}).len(), 4);
    let count = |viewer: &Actor| fixture.db.read(|tx| boards::count(tx, &viewer.scope(), false)).unwrap();
    assert_eq!((count(&actor("bob")), count(&actor("carol")), count(&actor("admin"))), (3, 2, 4));
}

#[test]
fn a_list_says_what_was_given_to_the_one_who_looks_and_by_whom() {
    let fixture = Fixture::new();
    fixture.add("b", "alice", BoardVisibility::Private);
    fixture.share("b", "bob", ShareLevel::Read);
    fixture.share("b", "carol", ShareLevel::Admin);
    fixture.share("b", "bob", ShareLevel::Write);
    let of = |name: &str| fixture.list(&actor(name), |_| {}).remove(0);
    assert_eq!(
        (of("bob").level, of("carol").level, of("alice").level),
        (Some(ShareLevel::Write), Some(ShareLevel::Admin), None)
    );
    assert_eq!((of("bob").owner_name.as_deref(), of("alice").people), (Some("alice"), 2));
    let mut shares = fixture.facts("b").shares;
    shares.sort();
    assert_eq!(shares, [(user("bob"), ShareLevel::Write), (user("carol"), ShareLevel::Admin)]);
}

#[test]
fn a_share_that_another_program_wrote_counts_as_what_it_says() {
    let fixture = Fixture::new();
    fixture.add("b", "alice", BoardVisibility::Private);
    let sql =
        "INSERT INTO shared_boards (board_id, user_id, can_edit) VALUES ('b', 'bob', TRUE), ('b', 'carol', FALSE)";
    fixture.db.write(|tx| tx.sql().execute(sql, []).map_err(StorageError::from)).unwrap();
    assert_eq!(fixture.facts("b").level_of(&user("bob")), Some(ShareLevel::Write));
    assert_eq!(fixture.facts("b").level_of(&user("carol")), Some(ShareLevel::Read));
}

#[test]
fn the_shared_boards_of_the_reference_are_kept_in_step_and_decisions_are_kept() {
    let fixture = Fixture::new();
    fixture.add("b", "alice", BoardVisibility::Private);
    fixture.share("b", "bob", ShareLevel::Read);
    fixture.share("b", "bob", ShareLevel::Write);
    let can_edit = || {
        let sql = "SELECT group_concat(user_id || can_edit) FROM shared_boards";
        fixture
            .db
            .read(|tx| tx.sql().query_row(sql, [], |row| row.get::<_, Option<String>>(0)).map_err(StorageError::from))
    };
    assert_eq!(can_edit().unwrap().as_deref(), Some("bob1"));
    let alice = actor("alice");
    let grant = policy::share_board(&alice, &fixture.facts("b"), BoardSharing::Admins).unwrap();
    let remove = || fixture.db.write(|tx| board_shares::delete(tx, &grant, &user("bob"), &user("alice"))).unwrap();
    assert_eq!((remove(), remove()), (true, false));
    assert_eq!(can_edit().unwrap(), None);
    let edit = policy::edit_board(&alice, &fixture.facts("b")).unwrap();
    let history = fixture.db.read(|tx| board_shares::list_history(tx, &edit, 10)).unwrap();
    let decisions: Vec<_> = history.iter().map(|one| (one.level, one.changed_by.0.as_str())).collect();
    let system = UserId::SYSTEM;
    assert_eq!(decisions, [(None, "alice"), (Some(ShareLevel::Write), system), (Some(ShareLevel::Read), system)]);
    assert_eq!(history[0].user.1.as_deref(), Some("bob"));
}

#[test]
fn lists_are_ordered_paged_and_leave_out_what_was_put_away() {
    let fixture = Fixture::new();
    for name in ["b", "A", "c"] {
        fixture.add(name, "alice", BoardVisibility::Private);
    }
    let alice = actor("alice");
    assert_eq!(fixture.names(&alice, |query| query.descending = false), ["b", "A", "c"]);
    let by_name = |query: &mut BoardQuery| (query.key, query.descending) = (BoardKey::Name, false);
    assert_eq!(fixture.names(&alice, by_name), ["A", "b", "c"]);
    assert_eq!(fixture.names(&alice, |query| (query.offset, query.limit) = (1, 1)), ["A"]);
    let grant = policy::edit_board(&alice, &fixture.facts("c")).unwrap();
    let changes = BoardChanges {
        archived: Some(true),
        description: Some("for later".to_owned()),
        name: Some("C".to_owned()),
        ..BoardChanges::default()
    };
    fixture.db.write(|tx| boards::update(tx, &grant, &changes)).unwrap();
    assert_eq!(fixture.names(&alice, |_| {}), ["A", "b"]);
    let put_away = fixture.list(&alice, |query| query.include_archived = true).remove(0);
    assert_eq!((put_away.name.as_str(), put_away.description.as_deref()), ("C", Some("for later")));
    let nothing = BoardChanges { description: Some(String::new()), ..BoardChanges::default() };
    fixture.db.write(|tx| boards::update(tx, &grant, &nothing)).unwrap();
    assert_eq!(fixture.list(&alice, |query| query.include_archived = true).remove(0).description, None);
}
