use crate::file_deletions::{self, PendingDeletion, Reason};
use crate::images::{self, ImageChanges, ImageFilter, ImageOrder, Within};
use crate::testing::{TestClock, add_user, memory_at};
use crate::{Database, StorageError, boards};
use invoke_domain::{BoardId, ImageCategory, ImageName, ImageOrigin, ImageRecord, SessionId, UserId};
use invoke_permissions::{Actor, BoardFacts, BoardVisibility, ImageFacts, Scope, policy};
use jiff::ToSpan;
use std::sync::Arc;

struct Fixture {
    db: Database,
    clock: Arc<TestClock>,
}

impl Fixture {
    fn new() -> Self {
        let clock = TestClock::new();
        let db = memory_at(clock.clone());
        for user in ["alice", "bob"] {
            add_user(&db, user);
        }
        Self { db, clock }
    }

    fn add_board(&self, id: &str, owner: &str, visibility: BoardVisibility) {
        let facts = BoardFacts::new(BoardId::from(id), UserId::from(owner), visibility);
        let board = boards::NewBoard { facts, name: id.to_owned() };
        self.db.write(|tx| boards::insert(tx, &board)).unwrap();
    }

    /// Adds an image a second after the last one.
    fn add(&self, name: &str, owner: &str, board: Option<&str>, change: impl FnOnce(&mut ImageRecord)) -> ImageRecord {
        self.clock.advance(1.second());
        let mut image = record(name, owner);
        change(&mut image);
        self.db
            .write(|tx| {
                let facts = board.map(|id| boards::facts(tx, &BoardId::from(id))).transpose()?.flatten();
                let grant = facts.map(|facts| policy::contribute_to_board(&Actor::system(), &facts).unwrap());
                images::insert(tx, &image, grant.as_ref())
            })
            .unwrap()
    }

    fn facts(&self, name: &str) -> Option<ImageFacts> {
        self.db.read(|tx| images::facts(tx, &ImageName::from(name))).unwrap()
    }

    fn names(&self, within: &Within<'_>, filter: &ImageFilter, order: ImageOrder) -> Vec<String> {
        let (page, total) = self.db.read(|tx| images::list(tx, within, filter, order, 0, 100)).unwrap();
        assert_eq!(total, page.len() as i64, "the page's total");
        let listed: Vec<String> = page.into_iter().map(|image| image.name.0).collect();
        let (named, counted) = self
            .db
            .read(|tx| {
                let named = images::list_names(tx, within, filter, order)?;
                Ok::<_, StorageError>((named, images::count(tx, within, filter)?))
            })
            .unwrap();
        let named: Vec<String> = named.into_iter().map(|(name, _)| name.0).collect();
        assert_eq!((&named, counted), (&listed, listed.len() as i64), "page, names and count differ");
        listed
    }
}

pub(crate) fn record(name: &str, owner: &str) -> ImageRecord {
    ImageRecord {
        name: ImageName::from(name),
        user_id: UserId::from(owner),
        origin: ImageOrigin::Internal,
        category: ImageCategory::General,
        width: 64,
        height: 48,
        session_id: None,
        node_id: None,
        metadata: None,
        is_intermediate: false,
        starred: false,
        has_workflow: false,
        subfolder: String::new(),
        board_id: None,
        created_at: jiff::Timestamp::UNIX_EPOCH,
        updated_at: jiff::Timestamp::UNIX_EPOCH,
        deleted_at: None,
    }
}

fn owned_by(user: &str) -> Scope {
    Scope::Owner(UserId::from(user))
}

#[test]
fn a_row_comes_back_as_it_was_written() {
    let fixture = Fixture::new();
    fixture.add_board("b", "alice", BoardVisibility::Private);
    let stored = fixture.add("a.png", "alice", Some("b"), |image| {
        image.session_id = Some(SessionId::from("s"));
        image.node_id = Some("n".to_owned());
        image.metadata = Some(r#"{"seed":1}"#.to_owned());
        image.subfolder = "2026/03/01".to_owned();
        image.has_workflow = true;
    });
    let now = "2026-03-01T12:00:01Z".parse().unwrap();
    let expected = ImageRecord {
        session_id: Some(SessionId::from("s")),
        node_id: Some("n".to_owned()),
        metadata: Some(r#"{"seed":1}"#.to_owned()),
        subfolder: "2026/03/01".to_owned(),
        has_workflow: true,
        board_id: Some(BoardId::from("b")),
        created_at: now,
        updated_at: now,
        ..record("a.png", "alice")
    };
    assert_eq!(stored, expected);
}

#[test]
fn facts_name_the_owner_and_the_board() {
    let fixture = Fixture::new();
    fixture.add_board("b", "bob", BoardVisibility::Shared);
    fixture.add("a.png", "alice", Some("b"), |_| {});
    let facts = fixture.facts("a.png").unwrap();
    let board = facts.board.unwrap();
    assert_eq!((facts.owner.as_str(), board.owner.as_str()), ("alice", "bob"));
    assert_eq!(board.visibility, BoardVisibility::Shared);
    assert_eq!(fixture.facts("none.png"), None);
}

#[test]
fn an_image_without_owner_belongs_to_system() {
    let fixture = Fixture::new();
    fixture.add("a.png", "alice", None, |_| {});
    let sql = "UPDATE images SET user_id = NULL";
    fixture.db.write(|tx| tx.sql().execute(sql, []).map_err(StorageError::from)).unwrap();
    assert!(fixture.facts("a.png").unwrap().owner.is_system());
    let system = Scope::Owner(UserId::system());
    assert_eq!(fixture.names(&Within::Anywhere(&system), &ImageFilter::default(), ImageOrder::default()), ["a.png"]);
}

#[test]
fn a_scope_lists_only_own_images_and_a_board_everybodys() {
    let fixture = Fixture::new();
    fixture.add_board("b", "alice", BoardVisibility::Public);
    fixture.add("a1.png", "alice", None, |_| {});
    fixture.add("a2.png", "alice", Some("b"), |_| {});
    fixture.add("b1.png", "bob", None, |_| {});
    fixture.add("b2.png", "bob", Some("b"), |_| {});
    let (all, order) = (ImageFilter::default(), ImageOrder::default());
    let (alice, everybody) = (owned_by("alice"), Scope::All);
    assert_eq!(fixture.names(&Within::Anywhere(&alice), &all, order), ["a2.png", "a1.png"]);
    assert_eq!(fixture.names(&Within::Uncategorized(&alice), &all, order), ["a1.png"]);
    assert_eq!(fixture.names(&Within::Uncategorized(&everybody), &all, order), ["b1.png", "a1.png"]);
    assert_eq!(fixture.names(&Within::Anywhere(&everybody), &all, order).len(), 4);
    let facts = fixture.db.read(|tx| boards::facts(tx, &BoardId::from("b"))).unwrap().unwrap();
    let bob = Actor::run(UserId::from("bob"), false);
    let board = policy::view_board(&bob, &facts).unwrap();
    assert_eq!(fixture.names(&Within::Board(&board), &all, order), ["b2.png", "a2.png"]);
}

#[test]
fn filters_narrow_a_listing() {
    let fixture = Fixture::new();
    fixture.add("mask.png", "alice", None, |image| image.category = ImageCategory::Mask);
    fixture.add("upload.png", "alice", None, |image| {
        image.origin = ImageOrigin::External;
        image.category = ImageCategory::User;
    });
    fixture.add("step.png", "alice", None, |image| image.is_intermediate = true);
    fixture
        .add("fox.png", "alice", None, |image| image.metadata = Some(r#"{"positive_prompt":"A red FOX"}"#.to_owned()));
    let scope = owned_by("alice");
    let names = |filter: ImageFilter| fixture.names(&Within::Anywhere(&scope), &filter, ImageOrder::default());
    let all = ImageFilter::default;
    assert_eq!(names(ImageFilter { origin: Some(ImageOrigin::External), ..all() }), ["upload.png"]);
    let categories = Some(vec![ImageCategory::Mask, ImageCategory::User]);
    assert_eq!(names(ImageFilter { categories, ..all() }), ["upload.png", "mask.png"]);
    assert_eq!(names(ImageFilter { categories: Some(Vec::new()), ..all() }), [""; 0]);
    assert_eq!(names(ImageFilter { is_intermediate: Some(true), ..all() }), ["step.png"]);
    assert_eq!(names(ImageFilter { search: Some("red fox".into()), ..all() }), ["fox.png"]);
    assert_eq!(names(ImageFilter { search: Some("12:00:02".into()), ..all() }), ["upload.png"]);
    assert_eq!(names(ImageFilter { search: Some(String::new()), ..all() }).len(), 4);
    assert_eq!(fixture.db.read(|tx| images::count_intermediates(tx, &scope)).unwrap(), 1);
    assert_eq!(fixture.db.read(|tx| images::count_intermediates(tx, &owned_by("bob"))).unwrap(), 0);
}

#[test]
fn starred_images_come_first_when_asked_for() {
    let fixture = Fixture::new();
    fixture.add("1.png", "alice", None, |_| {});
    fixture.add("2.png", "alice", None, |image| image.starred = true);
    fixture.add("3.png", "alice", None, |_| {});
    let names = |starred_first, newest_first| {
        let order = ImageOrder { starred_first, newest_first };
        fixture.names(&Within::Anywhere(&Scope::All), &ImageFilter::default(), order)
    };
    assert_eq!(names(true, true), ["2.png", "3.png", "1.png"]);
    assert_eq!(names(true, false), ["2.png", "1.png", "3.png"]);
    assert_eq!(names(false, true), ["3.png", "2.png", "1.png"]);
    assert_eq!(names(false, false), ["1.png", "2.png", "3.png"]);
}

#[test]
fn a_page_is_cut_out_of_the_listing_and_knows_how_long_that_is() {
    let fixture = Fixture::new();
    for name in ["1.png", "2.png", "3.png", "4.png"] {
        fixture.add(name, "alice", None, |image| image.metadata = Some(r#"{"prompt": "a castle"}"#.to_owned()));
    }
    fixture.add("5.png", "alice", None, |image| image.is_intermediate = true);
    for search in [None, Some("ca"), Some("castle"), Some("20")] {
        let page = |offset, limit| {
            let search = search.map(str::to_owned);
            let filter = ImageFilter { is_intermediate: Some(false), search, ..ImageFilter::default() };
            let (within, order) = (Within::Anywhere(&Scope::All), ImageOrder::default());
            let found = fixture.db.read(|tx| images::list(tx, &within, &filter, order, offset, limit));
            let (images, total) = found.unwrap();
            (images.into_iter().map(|image| image.name.0).collect::<Vec<_>>(), total)
        };
        assert_eq!(page(1, 2), (vec!["3.png".to_owned(), "2.png".to_owned()], 4), "{search:?}");
        assert_eq!(page(4, 2), (Vec::new(), 4), "{search:?}");
        assert_eq!(page(0, 0), (Vec::new(), 4), "{search:?}");
    }
}

#[test]
fn a_change_touches_what_it_names_and_the_time_of_change() {
    let fixture = Fixture::new();
    let before = fixture.add("a.png", "alice", None, |image| image.session_id = Some(SessionId::from("s")));
    fixture.clock.advance(1.minute());
    let changes =
        ImageChanges { starred: Some(true), category: Some(ImageCategory::Control), ..ImageChanges::default() };
    let grant = policy::edit_image(&Actor::system(), &fixture.facts("a.png").unwrap()).unwrap();
    fixture.db.write(|tx| images::update(tx, &grant, &changes)).unwrap();
    let grant = policy::view_image(&Actor::system(), &fixture.facts("a.png").unwrap()).unwrap();
    let after = fixture.db.read(|tx| images::get(tx, &grant)).unwrap().unwrap();
    let expected = ImageRecord {
        starred: true,
        category: ImageCategory::Control,
        updated_at: "2026-03-01T12:01:01Z".parse().unwrap(),
        ..before
    };
    assert_eq!(after, expected);
}

#[test]
fn a_deleted_image_leaves_its_board_and_is_nobodys_cover() {
    let fixture = Fixture::new();
    fixture.add_board("b", "alice", BoardVisibility::Private);
    fixture.add("a.png", "alice", Some("b"), |_| {});
    let cover = |tx: &crate::Tx<'_>, sql: &str| tx.sql().execute(sql, []).map_err(StorageError::from);
    fixture.db.write(|tx| cover(tx, "UPDATE boards SET cover_image_name = 'a.png'")).unwrap();
    let grant = policy::delete_image(&Actor::system(), &fixture.facts("a.png").unwrap()).unwrap();
    let deleted = fixture.db.write(|tx| images::delete(tx, &grant)).unwrap().unwrap();
    assert_eq!(deleted.board_id, Some(BoardId::from("b")));
    let left = fixture.db.read(|tx| {
        let sql = "SELECT (SELECT count(*) FROM board_images) + (SELECT count(cover_image_name) FROM boards)";
        tx.sql().query_row(sql, [], |row| row.get::<_, i64>(0)).map_err(StorageError::from)
    });
    assert_eq!(left.unwrap(), 0);
    assert_eq!(fixture.db.write(|tx| images::delete(tx, &grant)).unwrap(), None);
}

#[test]
fn files_are_pending_until_they_have_a_row_or_are_gone() {
    let fixture = Fixture::new();
    let pending = PendingDeletion { name: ImageName::from("a.png"), subfolder: "ab".to_owned() };
    let listed = |reason| fixture.db.read(|tx| file_deletions::list(tx, reason)).unwrap();
    fixture.db.write(|tx| file_deletions::insert(tx, &pending, Reason::Storing)).unwrap();
    assert_eq!(listed(Reason::Storing), std::slice::from_ref(&pending));
    assert_eq!(listed(Reason::Deleted), []);
    fixture.add("a.png", "alice", None, |_| {});
    assert_eq!(listed(Reason::Storing), [], "an image with a row keeps its files");
    assert!(fixture.db.write(|tx| file_deletions::delete(tx, &pending.name)).unwrap());
    assert!(!fixture.db.write(|tx| file_deletions::delete(tx, &pending.name)).unwrap());
}
