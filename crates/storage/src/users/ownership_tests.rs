//! What becomes of everything an account owns: every table is filled for two accounts, and none may name one that is gone.

use super::{Content, Owned, StatisticsPage};
use crate::testing::{add_user, memory};
use crate::{
    Database, ReadTx, StorageError, Tx, board_shares, boards, client_state, images, style_presets, system_prompts,
    users, workflows,
};
use invoke_domain::UserId;
use invoke_permissions::{Actor, BoardFacts, BoardSharing, BoardVisibility, Grant, Manage, ShareLevel, Users, policy};

/// One row in every table that names an account; `:u` is its id.
const FILL: &str = "
    INSERT INTO boards (board_id, board_name, user_id) VALUES (:u || '-board', 'b', :u);
    INSERT INTO images (image_name, image_origin, image_category, width, height, user_id, image_subfolder)
        VALUES (:u || '.png', 'internal', 'general', 1, 1, :u, 'sub');
    INSERT INTO images (image_name, image_origin, image_category, width, height, user_id, is_intermediate)
        VALUES (:u || '-i.png', 'internal', 'general', 1, 1, :u, TRUE);
    INSERT INTO image_sizes (image_name, bytes) VALUES (:u || '.png', 1000), (:u || '-i.png', 24);
    INSERT INTO board_images (board_id, image_name) VALUES (:u || '-board', :u || '.png');
    INSERT INTO videos (video_name, video_origin, video_category, width, height, user_id, video_subfolder)
        VALUES (:u || '.mp4', 'internal', 'general', 1, 1, :u, 'v');
    INSERT INTO workflow_library (workflow_id, workflow, user_id)
        VALUES (:u || '-w', '{\"name\":\"w\",\"description\":\"\",\"meta\":{\"category\":\"user\"}}', :u);
    INSERT INTO style_presets (id, name, preset_data, type, user_id) VALUES (:u || '-s', 's', '{}', 'user', :u);
    INSERT INTO system_prompts (id, name, content, user_id) VALUES (:u || '-p', 'p', 'p', :u);
    INSERT INTO session_queue (batch_id, queue_id, session_id, session, status, user_id)
        VALUES ('b', 'default', :u || '-1', '{}', 'pending', :u), ('b', 'default', :u || '-2', '{}', 'completed', :u),
            ('b', 'default', :u || '-3', '{}', 'in_progress', :u);
    INSERT INTO client_state (user_id, key, value) VALUES (:u, 'k', 'v');
    INSERT INTO user_sessions (session_id, user_id, token_hash, expires_at) VALUES (:u || '-t', :u, '00', '2030-01-01');
    INSERT INTO sign_in_origins (session_id, address) VALUES (:u || '-t', '192.0.2.1');
    INSERT INTO user_invitations (invitation_id, email, invited_by, invitation_code, expires_at)
        VALUES (:u || '-n', 'x', :u, :u, '2030-01-01');
    INSERT INTO password_history (user_id, password_hash, set_at) VALUES (:u, 'h', '2026-01-01');
    INSERT INTO models (id, config) VALUES (:u || '-m', json_object('path', :u, 'hash', '', 'base', '', 'type', '',
        'format', '', 'name', '', 'source', '', 'source_type', '', 'file_size', 0));
    INSERT INTO restricted_models (model_id) VALUES (:u || '-m');
    INSERT INTO restricted_model_users (model_id, user_id) VALUES (:u || '-m', :u);
";

/// Tables that name an account, and the column. A new one must be named here, be filled above, and be thought of in
/// `delete.rs` or `owned.rs`.
const NAMING: [(&str, &str); 21] = [
    ("board_share_levels", "shared_by"),
    ("board_share_levels", "user_id"),
    ("boards", "user_id"),
    ("client_state", "user_id"),
    // These three follow `images` by themselves.
    ("gallery_counts", "user_id"),
    ("gallery_days", "user_id"),
    ("gallery_images", "user_id"),
    ("images", "user_id"),
    ("password_history", "user_id"),
    // These two follow `session_queue` by themselves.
    ("queue_batch_counts", "user_id"),
    ("queue_counts", "user_id"),
    ("restricted_model_users", "user_id"),
    ("session_queue", "user_id"),
    ("shared_boards", "user_id"),
    ("style_presets", "user_id"),
    ("system_prompts", "user_id"),
    ("user_invitations", "invited_by"),
    ("user_sessions", "user_id"),
    ("users", "user_id"),
    ("videos", "user_id"),
    ("workflow_library", "user_id"),
];

/// Tables in which each has given the other something.
const SHARES: [&str; 2] = ["board_share_levels", "shared_boards"];

fn grant() -> Grant<Users, Manage> {
    policy::manage_users(&Actor::operator()).unwrap()
}

fn fill(db: &Database, id: &UserId) {
    db.write(|tx| {
        let sql = FILL.replace(":u", &format!("'{}'", id.as_str()));
        tx.sql().execute_batch(&sql).map_err(StorageError::from)
    })
    .unwrap();
}

/// alice and bob own one of everything and share their boards with each other.
fn filled() -> (Database, UserId, UserId) {
    let db = memory();
    let (alice, bob) = (add_user(&db, "alice"), add_user(&db, "bob"));
    fill(&db, &alice);
    fill(&db, &bob);
    let shares = "
        INSERT INTO shared_boards (board_id, user_id) VALUES ('alice-board', 'bob'), ('bob-board', 'alice');
        INSERT INTO board_share_levels (board_id, user_id, level, shared_by)
            VALUES ('alice-board', 'bob', 'read', 'alice'), ('bob-board', 'alice', 'write', 'bob')";
    db.write(|tx| tx.sql().execute_batch(shares).map_err(StorageError::from)).unwrap();
    (db, alice, bob)
}

fn count(tx: &ReadTx<'_>, table: &str, condition: &str) -> i64 {
    tx.sql().query_row(&format!("SELECT count(*) FROM {table} WHERE {condition}"), [], |row| row.get(0)).unwrap()
}

/// How many rows of each table name the account, where any do.
fn named(db: &Database, id: &str) -> Vec<(&'static str, i64)> {
    let all = |tx: &ReadTx<'_>| {
        let counts = NAMING.map(|(table, column)| (table, count(tx, table, &format!("{column} = '{id}'"))));
        Ok::<_, StorageError>(counts.into_iter().filter(|(_, count)| *count > 0).collect())
    };
    db.read(all).unwrap()
}

fn rows(db: &Database, table: &str) -> i64 {
    db.read(|tx| Ok::<_, StorageError>(count(tx, table, "TRUE"))).unwrap()
}

#[test]
fn the_list_of_tables_that_name_an_account_is_complete() {
    // The history of sharing outlives people: who was given what is asked when they are gone.
    let sql = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
               WHERE m.type = 'table' AND m.name <> 'board_share_history'
                   AND c.name IN ('user_id', 'invited_by', 'owner_id', 'owner', 'shared_by') ORDER BY 1, 2";
    let found: Vec<(String, String)> = memory()
        .read(|tx| {
            let mut statement = tx.sql().prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok::<_, StorageError>(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let listed: Vec<(String, String)> = NAMING.map(|(table, column)| (table.to_owned(), column.to_owned())).into();
    assert_eq!(found, listed);
    let (db, ..) = filled();
    let filled: Vec<&str> = named(&db, "alice").into_iter().map(|(table, _)| table).collect();
    assert_eq!(filled, NAMING.map(|(table, _)| table), "a table is not filled by this test");
}

#[test]
fn removing_an_account_with_its_content_leaves_nothing_of_it_and_everything_of_others() {
    let (db, alice, _) = filled();
    let others = named(&db, "bob");
    db.write(|tx| users::delete(tx, &grant(), &alice, Content::Delete)).unwrap();
    assert_eq!(named(&db, "alice"), []);
    let without_share: Vec<_> = others.into_iter().filter(|(table, _)| !SHARES.contains(table)).collect();
    assert_eq!(named(&db, "bob"), without_share);
    for table in ["board_images", "image_sizes", "sign_in_origins"] {
        let of_bob = if table == "image_sizes" { 2 } else { 1 };
        assert_eq!(rows(&db, table), of_bob, "{table}");
    }
    let noted: Vec<(String, String, String)> = db
        .read(|tx| {
            let sql = "SELECT 'image', image_name, image_subfolder FROM pending_file_deletions
                       UNION ALL SELECT kind, name, subfolder FROM pending_owned_file_deletions ORDER BY 1, 2";
            let mut statement = tx.sql().prepare(sql)?;
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok::<_, StorageError>(rows.collect::<Result<_, _>>()?)
        })
        .unwrap();
    let expected = [
        ("image", "alice-i.png", ""),
        ("image", "alice.png", "sub"),
        ("style_preset_image", "alice-s", ""),
        ("video", "alice.mp4", "v"),
        ("workflow_thumbnail", "alice-w", ""),
    ];
    assert_eq!(noted, expected.map(|(kind, name, folder)| (kind.to_owned(), name.to_owned(), folder.to_owned())));
}

#[test]
fn images_of_others_on_a_removed_board_stay_and_lie_on_no_board() {
    let (db, alice, _) = filled();
    let onto = "UPDATE board_images SET board_id = 'alice-board' WHERE image_name = 'bob.png'";
    db.write(|tx| tx.sql().execute_batch(onto).map_err(StorageError::from)).unwrap();
    db.write(|tx| users::delete(tx, &grant(), &alice, Content::Delete)).unwrap();
    assert_eq!((rows(&db, "images"), rows(&db, "board_images")), (2, 0));
}

#[test]
fn content_can_be_handed_over_or_kept_for_administrators() {
    let kept = ["boards", "images", "style_presets", "system_prompts", "videos", "workflow_library"];
    for to_system in [false, true] {
        let (db, alice, bob) = filled();
        let content = if to_system { Content::Keep } else { Content::Transfer(&bob) };
        let heir = if to_system { "system" } else { "bob" };
        let before = named(&db, heir);
        db.write(|tx| users::delete(tx, &grant(), &alice, content)).unwrap();
        assert_eq!(named(&db, "alice"), []);
        for (table, count) in named(&db, heir) {
            // Counted from the images, by board and by day.
            if ["gallery_counts", "gallery_days"].contains(&table) {
                continue;
            }
            let had = before.iter().find(|(name, _)| *name == table).map_or(0, |(_, count)| *count);
            let gained = match table {
                "images" | "gallery_images" => 2,
                // What bob was given by alice; as the board's owner he needs it no longer.
                "board_share_levels" => 1,
                kept_table if kept.contains(&kept_table) => 1,
                // bob no longer needs the share of a board that is his.
                "shared_boards" => -1,
                _ => 0,
            };
            assert_eq!(count, had + gained, "{table} of {heir}");
        }
        assert!(!named(&db, "bob").iter().any(|(table, _)| *table == "shared_boards") || to_system);
        assert_eq!(rows(&db, "pending_file_deletions") + rows(&db, "pending_owned_file_deletions"), 0);
    }
}

#[test]
fn what_was_made_before_there_were_accounts_is_counted_and_handed_over_but_not_what_came_with_the_program() {
    let db = memory();
    let alice = add_user(&db, "alice");
    let shipped = rows(&db, "system_prompts");
    assert_eq!(shipped, 8);
    let defaults = "
        INSERT INTO workflow_library (workflow_id, workflow)
            VALUES ('default_1', '{\"name\":\"d\",\"description\":\"\",\"meta\":{\"category\":\"default\"}}');
        INSERT INTO style_presets (id, name, preset_data, type) VALUES ('d', 'd', '{}', 'default');";
    db.write(|tx| tx.sql().execute_batch(defaults).map_err(StorageError::from)).unwrap();
    let system = UserId::system();
    let owned = |id: &UserId| db.read(|tx| users::count_owned(tx, &grant(), id)).unwrap();
    assert_eq!(owned(&system), Owned::default());
    fill(&db, &system);
    let legacy =
        Owned { boards: 1, images: 2, videos: 1, workflows: 1, style_presets: 1, system_prompts: 1, queue_items: 2 };
    assert_eq!(owned(&system), legacy);
    db.write(|tx| users::adopt(tx, &grant(), &system, &alice)).unwrap();
    assert_eq!((owned(&system), owned(&alice)), (Owned::default(), legacy));
    let left: Vec<_> = named(&db, "system").into_iter().filter(|(table, _)| *table != "users").collect();
    assert!(left.contains(&("system_prompts", 8)) && left.contains(&("workflow_library", 1)), "{left:?}");
}

#[test]
fn rows_of_accounts_the_reference_removed_become_the_systems() {
    let (db, ..) = filled();
    let gone = "PRAGMA foreign_keys = ON; DELETE FROM users WHERE user_id = 'alice'";
    db.write(|tx| tx.sql().execute_batch(gone).map_err(StorageError::from)).unwrap();
    let kept = named(&db, "alice")
        .into_iter()
        .filter(|(table, _)| !table.ends_with("_counts") && !table.starts_with("gallery_"));
    let orphans: i64 = kept.map(|(_, count)| count).sum();
    assert_eq!(orphans, 11, "six of what people keep, one image more, three items of the queue, one share");
    assert_eq!(db.write(|tx| users::adopt_orphans(tx, &grant())).unwrap(), 11);
    assert_eq!(named(&db, "alice"), []);
    assert_eq!(db.write(|tx| users::adopt_orphans(tx, &grant())).unwrap(), 0);
}

/// What adds a row of somebody's own, for each table that people keep things in.
type Adding = fn(&Tx<'_>, &UserId) -> Result<(), StorageError>;

const ADDING: [(&str, Adding); 7] = [
    ("boards", |tx, owner| {
        let facts = BoardFacts::new("new".into(), owner.clone(), BoardVisibility::Private);
        boards::insert(tx, &boards::NewBoard { facts, name: "b".to_owned() })
    }),
    ("images", |tx, owner| {
        let record = images::tests::record("new.png", owner.as_str());
        images::insert(tx, &record, None).map(drop)
    }),
    ("workflow_library", |tx, owner| {
        let document = r#"{"name":"w","description":"","meta":{"category":"user"}}"#.to_owned();
        let new = workflows::NewWorkflow { id: "new".into(), user_id: owner.clone(), is_public: false, document };
        workflows::insert(tx, &new).map(drop)
    }),
    ("style_presets", |tx, owner| style_presets::insert(tx, &style_presets::tests::preset("new", owner, "s"))),
    ("system_prompts", |tx, owner| {
        let (name, content) = ("p".to_owned(), "p".to_owned());
        let (id, user_id) = ("new".into(), owner.clone());
        let new = system_prompts::NewSystemPrompt { id, user_id, name, content, is_public: false };
        system_prompts::insert(tx, &new).map(drop)
    }),
    ("client_state", |tx, owner| client_state::insert(tx, &Actor::run(owner.clone(), false), "new", "v")),
    ("board_share_levels", |tx, by| {
        let facts = boards::facts(tx, &"bob-board".into())?.unwrap();
        let grant = policy::share_board(&Actor::system(), &facts, BoardSharing::Admins).unwrap();
        board_shares::insert(tx, &grant, &UserId::system(), ShareLevel::Read, by)
    }),
];

#[test]
fn nothing_is_stored_as_the_own_of_an_account_that_is_gone() {
    let (db, alice, bob) = filled();
    db.write(|tx| users::delete(tx, &grant(), &alice, Content::Keep)).unwrap();
    for (table, add) in ADDING {
        let refused = db.write(|tx| add(tx, &alice));
        assert!(matches!(refused, Err(StorageError::OwnerGone)), "{table}: {refused:?}");
        db.write(|tx| add(tx, &bob)).unwrap_or_else(|error| panic!("{table}: {error}"));
    }
    assert_eq!(named(&db, "alice"), []);
}

#[test]
fn statistics_count_what_each_account_uses_page_by_page() {
    let (db, ..) = filled();
    add_user(&db, "carol");
    let page = |offset, limit, with_system| {
        let page = StatisticsPage { offset, limit, with_system };
        let (users, accounts) = db.read(|tx| users::statistics(tx, &grant(), page)).unwrap();
        (users.iter().map(|entry| entry.user.id.as_str().to_owned()).collect::<Vec<_>>(), accounts)
    };
    assert_eq!(page(0, 2, false), (vec!["carol".to_owned(), "bob".to_owned()], 3));
    assert_eq!(page(2, 2, false), (vec!["alice".to_owned()], 3));
    assert_eq!(page(0, 9, true).1, 4);
    let (all, _) = db.read(|tx| users::statistics(tx, &grant(), StatisticsPage::ALL)).unwrap();
    let of = |name: &str| all.iter().find(|entry| entry.user.id.as_str() == name).unwrap();
    let alice = of("alice");
    assert_eq!((alice.boards, alice.images, alice.bytes), (1, 1, 1024));
    assert_eq!((alice.pending, alice.in_progress, alice.completed, alice.failed, alice.canceled), (1, 1, 1, 0, 0));
    let carol = of("carol");
    assert_eq!((carol.boards, carol.images, carol.bytes, carol.pending, carol.completed), (0, 0, 0, 0, 0));
}
