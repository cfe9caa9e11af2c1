use super::*;
use crate::testing::{add_user, memory};
use crate::{Database, StorageSettings};
use invoke_domain::{OsRandom, SystemClock};
use invoke_permissions::{Actor, policy};
use std::sync::Arc;

fn operator() -> Operator {
    policy::manage_settings(&Actor::operator()).unwrap()
}

const WRONG: &str = "
    INSERT INTO images (image_name, image_origin, image_category, width, height, user_id)
        VALUES ('a.png', 'internal', 'general', 1, 1, 'alice'), ('b.png', 'internal', 'general', 1, 1, NULL);
    INSERT INTO boards (board_id, board_name, user_id, is_public, board_visibility, cover_image_name)
        VALUES ('left', 'Left', 'gone', TRUE, 'private', 'no.png'), ('odd', 'Odd', 'alice', FALSE, 'secret', NULL),
               ('fine', 'Fine', 'alice', TRUE, 'public', 'a.png');
    INSERT INTO board_images (board_id, image_name) VALUES ('no-board', 'a.png'), ('fine', 'b.png');
    INSERT INTO shared_boards (board_id, user_id) VALUES ('left', 'gone'), ('fine', 'alice');
    INSERT INTO session_queue (batch_id, queue_id, session_id, session, user_id) VALUES ('b', 'q', 's', '{}', 'gone')";

fn wrong() -> (tempfile::TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let settings = StorageSettings::file(folder.path().join("a.db"));
    let db = Database::open(&settings, Arc::new(SystemClock), &OsRandom).unwrap();
    add_user(&db, "alice");
    // As no part of the program would: without looking at references.
    db.with_writer(|file| file.execute_batch(&format!("PRAGMA foreign_keys = OFF; {WRONG}; PRAGMA foreign_keys = ON")))
        .unwrap();
    (folder, db)
}

#[test]
fn what_does_not_fit_is_found() {
    let (_folder, db) = wrong();
    db.read(|tx| {
        let damage = list_damage(tx, &operator())?;
        assert_eq!(damage.len(), 3, "{damage:?}");
        for part in ["`boards` refers to a row of `images`", "`board_images`", "`shared_boards`"] {
            assert!(damage.iter().any(|line| line.contains(part)), "{part}: {damage:?}");
        }
        let owners = list_unknown_owners(tx, &operator())?;
        let owners: Vec<_> =
            owners.iter().map(|row| (row.table.as_str(), row.id.as_str(), row.owner.as_deref())).collect();
        assert_eq!(
            owners,
            [("boards", "left", Some("gone")), ("images", "b.png", None), ("session_queue", "1", Some("gone"))]
        );
        let boards: Vec<String> =
            list_contradictory_boards(tx, &operator())?.into_iter().map(|board| board.0).collect();
        assert_eq!(boards, ["left", "odd"]);
        Ok::<_, StorageError>(())
    })
    .unwrap();
}

#[test]
fn mending_settles_everything_and_leaves_what_fits() {
    let (_folder, db) = wrong();
    db.write(|tx| mend(tx, &operator())).unwrap();
    db.read(|tx| {
        assert_eq!(list_damage(tx, &operator())?, [""; 0]);
        assert_eq!(list_unknown_owners(tx, &operator())?, []);
        assert_eq!(list_contradictory_boards(tx, &operator())?, []);
        let text = |sql: &str| tx.sql().query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        assert_eq!(
            text("SELECT group_concat(user_id || board_visibility, ' ') FROM boards ORDER BY board_id"),
            "systemprivate aliceprivate alicepublic"
        );
        assert_eq!(text("SELECT cover_image_name FROM boards WHERE board_id = 'fine'"), "a.png");
        assert_eq!(text("SELECT group_concat(board_id || image_name) FROM board_images"), "fineb.png");
        assert_eq!(text("SELECT group_concat(user_id) FROM shared_boards"), "alice");
        assert_eq!(text("SELECT group_concat(user_id) FROM images ORDER BY image_name"), "alice,system");
        Ok::<_, StorageError>(())
    })
    .unwrap();
}

#[test]
fn a_thumbnail_is_known_by_the_name_of_its_image_without_the_ending() {
    let db = memory();
    db.with_writer(|file| {
        file.execute_batch(
            "INSERT INTO images (image_name, image_origin, image_category, width, height, image_subfolder)
             VALUES ('a.b.png', 'internal', 'general', 1, 1, '2026')",
        )
    })
    .unwrap();
    db.read(|tx| {
        let known = |stem: &str, subfolder: &str| has_thumbnail(tx, &operator(), stem, subfolder);
        assert!(known("a.b", "2026")?);
        assert!(!known("a.b", "")?);
        assert!(!known("a.c", "2026")?);
        assert!(!known("b", "2026")?);
        assert!(has_image(tx, &operator(), "a.b.png", "2026")?);
        Ok::<_, StorageError>(())
    })
    .unwrap();
}
