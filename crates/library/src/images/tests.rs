//! A library in a temporary folder with a database in memory: what is kept, who gets it, and what a crash leaves.

use super::location::temporary;
use super::*;
use crate::{ImageChanges, ImageFilter};
use invoke_domain::{BoardId, ImageCategory, ImageName, ImageOrigin, ImageRecord, OsRandom, UserId};
use invoke_imaging::png::{self, Limits};
use invoke_imaging::{Mode, Pixels};
use invoke_permissions::{Actor, BoardFacts, BoardVisibility, policy};
use invoke_storage::file_deletions::{self, PendingDeletion, Reason};
use invoke_storage::users::NewUser;
use invoke_storage::{StorageSettings, boards, users};
use jiff::{Timestamp, ToSpan};
use parking_lot::Mutex;
use std::path::Path;
use tempfile::TempDir;

#[derive(Debug)]
struct TestClock(Mutex<Timestamp>);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock();
        *now = now.checked_add(1.second()).unwrap();
        *now
    }
}

/// Gives 0, 1, 2, … so that names are known beforehand.
#[derive(Debug, Default)]
struct Counting(Mutex<u8>);

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        let mut next = self.0.lock();
        bytes.fill(*next);
        *next += 1;
    }
}

struct Fixture {
    folder: TempDir,
    db: Database,
    images: Images,
    alice: Actor,
    bob: Actor,
}

impl Fixture {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn with(change: impl FnOnce(&mut ImageSettings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap())));
        let db = Database::open(&StorageSettings::memory(), clock.clone(), &OsRandom).unwrap();
        let mut settings = ImageSettings::new(folder.path());
        change(&mut settings);
        let images = Images::new(db.clone(), settings, clock, Arc::new(Counting::default())).unwrap();
        let alice = add_user(&db, "alice");
        let bob = add_user(&db, "bob");
        Self { folder, db, images, alice, bob }
    }

    fn add_board(&self, id: &str, owner: &Actor, visibility: BoardVisibility) -> BoardId {
        let facts = BoardFacts::new(BoardId::from(id), owner.user_id().clone(), visibility);
        let board = boards::NewBoard { facts, name: id.to_owned() };
        self.db.write(|tx| boards::insert(tx, &board)).unwrap();
        BoardId::from(id)
    }

    fn store(&self, actor: &Actor) -> ImageRecord {
        self.images.store(actor, new_image()).unwrap()
    }

    fn store_on(&self, actor: &Actor, board: &BoardId) -> Result<ImageRecord, LibraryError> {
        self.images.store(actor, NewImage { board_id: Some(board.clone()), ..new_image() })
    }

    /// Every file below the folder, by path from there.
    fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        collect(self.folder.path(), self.folder.path(), &mut files);
        files.sort();
        files
    }

    fn pending(&self) -> Vec<PendingDeletion> {
        self.db
            .read(|tx| {
                let mut all = file_deletions::list(tx, Reason::Storing)?;
                all.extend(file_deletions::list(tx, Reason::Deleted)?);
                Ok::<_, invoke_storage::StorageError>(all)
            })
            .unwrap()
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            files.push(path.strip_prefix(root).unwrap().display().to_string());
        }
    }
}

fn add_user(db: &Database, name: &str) -> Actor {
    let user = NewUser {
        id: UserId::from(name),
        email: format!("{name}@example.com"),
        display_name: None,
        password_hash: "not a hash".to_owned(),
        is_admin: false,
    };
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::insert(tx, &grant, &user)).unwrap();
    Actor::run(user.id, false)
}

fn gradient(mode: Mode, width: u32, height: u32) -> Pixels {
    let length = width as usize * height as usize * mode.channels();
    Pixels::new(mode, width, height, (0..length).map(|i| (i / mode.channels()) as u8).collect()).unwrap()
}

fn new_image() -> NewImage {
    NewImage::new(gradient(Mode::Rgb, 40, 30), ImageOrigin::External, ImageCategory::User)
}

const FIRST: &str = "00000000-0000-4000-8000-000000000000";

#[test]
fn a_stored_image_is_a_file_a_thumbnail_and_a_row() {
    let fixture = Fixture::new();
    let image = NewImage {
        metadata: Some(r#"{"positive_prompt":"café 狐"}"#.to_owned()),
        workflow: Some(r#"{"name":"w"}"#.to_owned()),
        graph: Some(r#"{"nodes":{}}"#.to_owned()),
        session_id: Some("session".into()),
        node_id: Some("node".to_owned()),
        ..NewImage::new(gradient(Mode::Rgb, 600, 300), ImageOrigin::Internal, ImageCategory::General)
    };
    let record = fixture.images.store(&fixture.alice, image).unwrap();
    assert_eq!(record.name.as_str(), format!("{FIRST}.png"));
    assert_eq!((record.width, record.height, record.has_workflow), (600, 300, true));
    assert_eq!((record.user_id.as_str(), record.node_id.as_deref()), ("alice", Some("node")));
    let full = format!("images/{FIRST}.png");
    assert_eq!(fixture.files(), [full.clone(), format!("images/thumbnails/{FIRST}.webp")]);
    assert_eq!(fixture.pending(), []);

    let (pixels, mut text) =
        png::decode_bounded(&std::fs::read(fixture.folder.path().join(full)).unwrap(), Limits::default()).unwrap();
    assert_eq!(pixels, gradient(Mode::Rgb, 600, 300));
    text.sort();
    let expected = [
        ("invokeai_graph", r#"{"nodes":{}}"#),
        ("invokeai_metadata", r#"{"positive_prompt":"café 狐"}"#),
        ("invokeai_workflow", r#"{"name":"w"}"#),
    ];
    assert_eq!(text, expected.map(|(keyword, value)| (keyword.to_owned(), value.to_owned())));
}

#[test]
fn a_thumbnail_is_small_and_keeps_transparency() {
    let fixture = Fixture::new();
    for (mode, has_alpha) in [(Mode::Rgba, true), (Mode::Rgb, false), (Mode::L, false)] {
        let image = NewImage::new(gradient(mode, 600, 300), ImageOrigin::Internal, ImageCategory::General);
        let record = fixture.images.store(&fixture.alice, image).unwrap();
        let path = fixture.images.path(&fixture.alice, &record.name, Variant::Thumbnail).unwrap();
        let bytes = std::fs::read(path).unwrap();
        let features = webp::BitstreamFeatures::new(&bytes).unwrap();
        assert_eq!((features.width(), features.height(), features.has_alpha()), (256, 128, has_alpha), "{mode}");
    }
}

#[test]
fn what_was_stored_is_read_back() {
    let fixture = Fixture::new();
    let image = NewImage { metadata: Some("{}".to_owned()), graph: Some("{\"id\":1}".to_owned()), ..new_image() };
    let name = fixture.images.store(&fixture.alice, image).unwrap().name;
    assert_eq!(fixture.images.read_pixels(&fixture.alice, &name).unwrap(), gradient(Mode::Rgb, 40, 30));
    assert_eq!(fixture.images.metadata(&fixture.alice, &name).unwrap().as_deref(), Some("{}"));
    let embedded = fixture.images.embedded(&fixture.alice, &name).unwrap();
    assert_eq!(embedded, Embedded { workflow: None, graph: Some("{\"id\":1}".to_owned()) });
}

#[test]
fn each_image_stays_where_it_was_put_when_the_strategy_changes() {
    let fixture = Fixture::with(|settings| settings.time_zone = TimeZone::UTC);
    let mut names = Vec::new();
    for strategy in [SubfolderStrategy::Flat, SubfolderStrategy::Date, SubfolderStrategy::Type, SubfolderStrategy::Hash]
    {
        fixture.images.set_subfolder_strategy(strategy);
        names.push(fixture.store(&fixture.alice));
    }
    let subfolders: Vec<&str> = names.iter().map(|record| record.subfolder.as_str()).collect();
    assert_eq!(subfolders, ["", "2026/03/01", "user", "03"]);
    for record in &names {
        assert!(fixture.images.read_pixels(&fixture.alice, &record.name).is_ok(), "{}", record.subfolder);
        let thumbnail = fixture.images.path(&fixture.alice, &record.name, Variant::Thumbnail).unwrap();
        assert!(thumbnail.is_file(), "{}", thumbnail.display());
    }
}

#[test]
fn reading_needs_to_be_owner_admin_or_to_see_the_board() {
    let fixture = Fixture::new();
    let private = fixture.add_board("private", &fixture.alice, BoardVisibility::Private);
    let shared = fixture.add_board("shared", &fixture.alice, BoardVisibility::Shared);
    let alone = fixture.store(&fixture.alice).name;
    let hidden = fixture.store_on(&fixture.alice, &private).unwrap().name;
    let seen = fixture.store_on(&fixture.alice, &shared).unwrap().name;
    let (alice, bob, admin) = (&fixture.alice, &fixture.bob, &Actor::system());
    for (actor, name, allowed) in
        [(alice, &alone, true), (bob, &alone, false), (admin, &alone, true), (bob, &hidden, false), (bob, &seen, true)]
    {
        let results = [
            fixture.images.get(actor, name).err(),
            fixture.images.metadata(actor, name).err(),
            fixture.images.embedded(actor, name).err(),
            fixture.images.path(actor, name, Variant::Full).err(),
            fixture.images.path(actor, name, Variant::Thumbnail).err(),
            fixture.images.read_pixels(actor, name).err(),
        ];
        for error in results {
            match (allowed, error) {
                (true, None) | (false, Some(LibraryError::Denied(_))) => {}
                (_, error) => panic!("{actor:?} {name}: allowed {allowed}, {error:?}"),
            }
        }
    }
    let missing = fixture.images.get(bob, &ImageName::from("nope.png")).unwrap_err();
    assert_eq!(missing.to_string(), "no image is named `nope.png`");
}

#[test]
fn a_board_takes_images_from_those_who_may_contribute() {
    let fixture = Fixture::new();
    let public = fixture.add_board("public", &fixture.alice, BoardVisibility::Public);
    let shared = fixture.add_board("shared", &fixture.alice, BoardVisibility::Shared);
    assert_eq!(fixture.store_on(&fixture.bob, &public).unwrap().board_id, Some(public));
    let before = fixture.files();
    assert!(matches!(fixture.store_on(&fixture.bob, &shared), Err(LibraryError::Denied(_))));
    let gone = BoardId::from("gone");
    assert!(matches!(fixture.store_on(&fixture.bob, &gone), Err(LibraryError::BoardNotFound { .. })));
    assert_eq!(fixture.files(), before, "a refused image leaves nothing");
    assert_eq!(fixture.pending(), []);
}

#[test]
fn a_generated_image_outlives_its_board() {
    let fixture = Fixture::new();
    let image = NewImage { origin: ImageOrigin::Internal, board_id: Some(BoardId::from("gone")), ..new_image() };
    assert_eq!(fixture.images.store(&fixture.alice, image).unwrap().board_id, None);
}

#[test]
fn deleting_removes_row_and_files_for_those_who_may() {
    let fixture = Fixture::new();
    let public = fixture.add_board("public", &fixture.bob, BoardVisibility::Public);
    let own = fixture.store(&fixture.alice).name;
    let on_bobs_board = fixture.store_on(&fixture.alice, &public).unwrap().name;
    assert!(matches!(fixture.images.delete(&fixture.bob, &own), Err(LibraryError::Denied(_))));
    assert_eq!(fixture.files().len(), 4);
    assert_eq!(fixture.images.delete(&fixture.alice, &own).unwrap().name, own);
    fixture.images.delete(&fixture.bob, &on_bobs_board).unwrap();
    assert_eq!(fixture.files(), [""; 0]);
    assert_eq!(fixture.pending(), []);
    assert!(matches!(fixture.images.delete(&fixture.alice, &own), Err(LibraryError::ImageNotFound { .. })));
}

#[test]
fn a_failed_write_leaves_no_row_and_no_file() {
    let fixture = Fixture::with(|settings| settings.subfolder_strategy = SubfolderStrategy::Type);
    let obstacle = fixture.folder.path().join("images/user");
    std::fs::write(&obstacle, "a file where a folder must be").unwrap();
    let error = fixture.images.store(&fixture.alice, new_image()).unwrap_err();
    assert!(matches!(&error, LibraryError::File { .. }), "{error:?}");
    assert_eq!(fixture.files(), ["images/user"]);
    assert_eq!(fixture.pending(), []);
    let all = ImageQuery::default();
    assert_eq!(fixture.images.list(&Actor::system(), &all).unwrap().total, 0);
}

#[test]
fn the_next_start_removes_what_a_crash_while_storing_left() {
    let fixture = Fixture::new();
    let kept = fixture.store(&fixture.alice);
    let images = fixture.folder.path().join("images");
    let lost = PendingDeletion { name: ImageName::from("lost.png"), subfolder: "ab".to_owned() };
    fixture.db.write(|tx| file_deletions::insert(tx, &lost, Reason::Storing)).unwrap();
    let thumbnail = images.join("thumbnails/ab/lost.webp");
    let partial = temporary(&images.join("ab/lost.png"));
    for path in [&thumbnail, &partial] {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "half").unwrap();
    }
    assert_eq!(fixture.images.sweep_deleted().unwrap(), 0, "the image may still be being stored");
    assert!(thumbnail.is_file() && partial.is_file());
    assert_eq!(fixture.images.sweep_leftovers().unwrap(), 1);
    let name = kept.name.as_str().trim_end_matches(".png");
    assert_eq!(fixture.files(), [format!("images/{name}.png"), format!("images/thumbnails/{name}.webp")]);
    assert_eq!(fixture.pending(), []);
}

#[test]
fn the_next_sweep_removes_what_a_crash_while_deleting_left() {
    let fixture = Fixture::new();
    let name = fixture.store(&fixture.alice).name;
    let pending = PendingDeletion { name: name.clone(), subfolder: String::new() };
    fixture.db.write(|tx| file_deletions::insert(tx, &pending, Reason::Deleted)).unwrap();
    assert_eq!(fixture.images.sweep_deleted().unwrap(), 0, "an image with a row keeps its files");
    assert!(fixture.images.read_pixels(&fixture.alice, &name).is_ok());
    fixture.images.delete(&fixture.alice, &name).unwrap();
    let orphan = fixture.folder.path().join("images").join(name.as_str());
    std::fs::write(&orphan, "back from the dead").unwrap();
    fixture.db.write(|tx| file_deletions::insert(tx, &pending, Reason::Deleted)).unwrap();
    assert_eq!(fixture.images.sweep_deleted().unwrap(), 1);
    assert_eq!(fixture.files(), [""; 0]);
}

#[test]
fn an_image_whose_files_were_swept_meanwhile_gets_no_row() {
    let fixture = Fixture::new();
    let record = fixture.images.record(&fixture.alice, &new_image(), ImageName::from("a.png"));
    let error = fixture.images.add_row(&fixture.alice, &new_image(), &record, 1).unwrap_err();
    assert!(matches!(error, LibraryError::Swept { .. }), "{error:?}");
    assert!(matches!(fixture.images.get(&fixture.alice, &record.name), Err(LibraryError::ImageNotFound { .. })));
}

#[test]
fn a_picture_whose_owner_was_removed_while_it_was_written_gets_no_row() {
    let fixture = Fixture::new();
    let record = fixture.images.record(&fixture.alice, &new_image(), ImageName::from("a.png"));
    let pending = PendingDeletion { name: record.name.clone(), subfolder: String::new() };
    fixture.db.write(|tx| file_deletions::insert(tx, &pending, Reason::Storing)).unwrap();
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    fixture.db.write(|tx| users::delete(tx, &grant, fixture.alice.user_id(), users::Content::Delete)).unwrap();
    let error = fixture.images.add_row(&fixture.alice, &new_image(), &record, 1).unwrap_err();
    assert!(matches!(error, LibraryError::Storage(invoke_storage::StorageError::OwnerGone)), "{error:?}");
    assert_eq!(fixture.pending(), [pending], "the files are still to be removed");
    assert!(fixture.images.store(&fixture.alice, new_image()).is_err());
    assert_eq!(fixture.files(), [""; 0]);
}

#[test]
fn sizes_are_noted_when_stored_and_measured_where_they_were_not() {
    let fixture = Fixture::new();
    let name = fixture.store(&fixture.alice).name;
    let size_of = |path| std::fs::metadata(path).unwrap().len() as i64;
    let on_disk: i64 = [Variant::Full, Variant::Thumbnail]
        .map(|variant| size_of(fixture.images.path(&fixture.alice, &name, variant).unwrap()))
        .iter()
        .sum();
    let grant = policy::manage_users(&Actor::operator()).unwrap();
    let used = || {
        let page = users::StatisticsPage::ALL;
        let (all, _) = fixture.db.read(|tx| users::statistics(tx, &grant, page)).unwrap();
        all.iter().find(|entry| entry.user.id == *fixture.alice.user_id()).unwrap().bytes
    };
    assert_eq!(used(), on_disk);
    assert_eq!(fixture.images.measure().unwrap(), 0);
    // As another program would add it, once with a file and once without.
    for name in ["old.png", "lost.png"] {
        let record = fixture.images.record(&fixture.alice, &new_image(), ImageName::from(name));
        fixture.db.write(|tx| invoke_storage::images::insert(tx, &record, None)).unwrap();
    }
    std::fs::write(fixture.folder.path().join("images/old.png"), [0; 100]).unwrap();
    assert_eq!(fixture.images.measure().unwrap(), 2);
    assert_eq!(used(), on_disk + 100);
}

#[test]
fn a_name_from_the_database_that_leads_elsewhere_is_refused() {
    let fixture = Fixture::new();
    let mut record = fixture.images.record(&fixture.alice, &new_image(), ImageName::from("../../secret.png"));
    let insert = |record: &ImageRecord| {
        fixture.db.write(|tx| invoke_storage::images::insert(tx, record, None)).unwrap();
        fixture.images.path(&fixture.alice, &record.name, Variant::Full)
    };
    assert!(matches!(insert(&record), Err(LibraryError::UnsafeName { .. })));
    record.name = ImageName::from("fine.png");
    record.subfolder = "../..".to_owned();
    assert!(matches!(insert(&record), Err(LibraryError::UnsafeName { .. })));
}

#[test]
fn a_missing_file_is_named() {
    let fixture = Fixture::new();
    let name = fixture.store(&fixture.alice).name;
    let path = fixture.images.path(&fixture.alice, &name, Variant::Full).unwrap();
    std::fs::remove_file(&path).unwrap();
    let error = fixture.images.read_pixels(&fixture.alice, &name).unwrap_err();
    assert_eq!(error.to_string(), format!("the file of image `{name}` is missing: {}", path.display()));
}

#[test]
fn listings_show_own_images_and_boards_one_may_see() {
    let fixture = Fixture::new();
    let shared = fixture.add_board("shared", &fixture.alice, BoardVisibility::Shared);
    let private = fixture.add_board("private", &fixture.alice, BoardVisibility::Private);
    let alone = fixture.store(&fixture.alice).name;
    let on_board = fixture.store_on(&fixture.alice, &shared).unwrap().name;
    let bobs = fixture.store(&fixture.bob).name;
    let names = |actor: &Actor, board: BoardChoice| {
        let query = ImageQuery { board, limit: 10, ..ImageQuery::default() };
        let page = fixture.images.list(actor, &query)?;
        let names: Vec<ImageName> = page.items.into_iter().map(|record| record.name).collect();
        assert_eq!(fixture.images.list_names(actor, &query)?.names, names);
        assert_eq!(page.total, names.len() as i64);
        Ok::<_, LibraryError>(names)
    };
    let (alice, bob, admin) = (&fixture.alice, &fixture.bob, &Actor::system());
    assert_eq!(names(alice, BoardChoice::Any).unwrap(), [on_board.clone(), alone.clone()]);
    assert_eq!(names(alice, BoardChoice::Uncategorized).unwrap(), [alone]);
    assert_eq!(names(bob, BoardChoice::Any).unwrap(), [bobs]);
    assert_eq!(names(bob, BoardChoice::Board(shared)).unwrap(), [on_board]);
    assert_eq!(names(admin, BoardChoice::Any).unwrap().len(), 3);
    assert!(matches!(names(bob, BoardChoice::Board(private)), Err(LibraryError::Denied(_))));
    let unknown = BoardChoice::Board(BoardId::from("nope"));
    assert!(matches!(names(bob, unknown), Err(LibraryError::BoardNotFound { .. })));
}

#[test]
fn starring_is_counted_where_stars_come_first() {
    let fixture = Fixture::new();
    let first = fixture.store(&fixture.alice).name;
    let second = fixture.store(&fixture.alice).name;
    let changes = ImageChanges { starred: Some(true), ..ImageChanges::default() };
    assert!(matches!(fixture.images.update(&fixture.bob, &first, &changes), Err(LibraryError::Denied(_))));
    assert!(fixture.images.update(&fixture.alice, &first, &changes).unwrap().starred);
    let mut query = ImageQuery::default();
    let list = fixture.images.list_names(&fixture.alice, &query).unwrap();
    assert_eq!(list, NameList { names: vec![first.clone(), second.clone()], starred_count: 1 });
    query.order.starred_first = false;
    let list = fixture.images.list_names(&fixture.alice, &query).unwrap();
    assert_eq!(list, NameList { names: vec![second, first], starred_count: 0 });
}

#[test]
fn intermediates_are_counted_within_the_scope() {
    let fixture = Fixture::new();
    fixture.images.store(&fixture.alice, NewImage { is_intermediate: true, ..new_image() }).unwrap();
    fixture.store(&fixture.alice);
    let count = |actor: &Actor| fixture.images.count_intermediates(actor).unwrap();
    assert_eq!((count(&fixture.alice), count(&fixture.bob), count(&Actor::system())), (1, 0, 1));
    let filter = ImageFilter { is_intermediate: Some(true), ..ImageFilter::default() };
    let query = ImageQuery { filter, ..ImageQuery::default() };
    let page = fixture.images.list(&fixture.alice, &query).unwrap();
    assert_eq!((page.items.len(), page.total), (0, 1), "no page asked for, only the total");
}

fn export(folder: &str, prefix: &str, suffix: &str, format: ExportFormat) -> Export {
    Export { folder: folder.to_owned(), prefix: prefix.to_owned(), suffix: suffix.to_owned(), format, quality: 90 }
}

#[test]
fn a_copy_goes_where_it_is_wanted_under_the_name_it_is_given() {
    let fixture = Fixture::new();
    let image = fixture.store(&fixture.alice);
    let stem = image.name.as_str().trim_end_matches(".png");
    for (folder, format, path) in [
        ("", ExportFormat::Png, format!("exports/a_{stem}_b.png")),
        ("mine/2026/", ExportFormat::Jpeg, format!("exports/mine/2026/a_{stem}_b.jpg")),
        ("./mine", ExportFormat::Webp, format!("exports/mine/a_{stem}_b.webp")),
    ] {
        let wanted = export(folder, "a_", "_b", format);
        let written = fixture.images.export(&fixture.alice, &image.name, &wanted).unwrap();
        assert_eq!(written, fixture.folder.path().join(&path));
        assert!(fixture.files().contains(&path), "{path}");
    }
    let copy = std::fs::read(fixture.folder.path().join(format!("exports/a_{stem}_b.png"))).unwrap();
    assert_eq!(png::decode_bounded(&copy, Limits::default()).unwrap(), (gradient(Mode::Rgb, 40, 30), Vec::new()));
}

#[test]
fn no_copy_leaves_the_folder_for_exports_or_the_owner() {
    let fixture = Fixture::new();
    let image = fixture.store(&fixture.alice);
    let before = fixture.files();
    for (folder, prefix, suffix) in [
        ("/etc", "", ""),
        ("..", "", ""),
        ("a/../../b", "", ""),
        ("a\\b", "", ""),
        (".hidden", "", ""),
        ("1/2/3/4/5/6/7/8/9", "", ""),
        ("", "../", ""),
        ("", "a/", ""),
        ("", ".", ""),
        ("", "", "/../../x"),
        ("", "", "\0"),
    ] {
        let wanted = export(folder, prefix, suffix, ExportFormat::Png);
        let refused = fixture.images.export(&fixture.alice, &image.name, &wanted);
        assert!(matches!(refused, Err(LibraryError::UnsafeName { .. })), "{folder:?} {prefix:?} {suffix:?}");
    }
    let stolen = fixture.images.export(&fixture.bob, &image.name, &export("", "", "", ExportFormat::Png));
    assert!(matches!(stolen, Err(LibraryError::Denied(_) | LibraryError::ImageNotFound { .. })), "{stolen:?}");
    assert_eq!(fixture.files(), before);
}
