//! The image index follows what is written, and takes in what was written without it.

use crate::images::{ImageFilter, ImageOrder, Within, list, list_names};
use crate::testing::{add_user, memory};
use crate::{Database, StorageError, StorageSettings, gallery};
use invoke_domain::{OsRandom, SystemClock, UserId};
use invoke_permissions::Scope;
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;

fn sql(db: &Database, sql: &str) {
    db.write(|tx| tx.sql().execute_batch(sql).map_err(StorageError::from)).unwrap();
}

fn column(db: &Database, sql: &str) -> Vec<String> {
    db.read(|tx| {
        let mut statement = tx.sql().prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok::<_, StorageError>(rows.collect::<Result<_, _>>()?)
    })
    .unwrap()
}

/// What the index should say, from the tables it repeats.
const EXPECTED: &str = "SELECT i.image_name || '|' || coalesce(b.board_id, '') || '|' || coalesce(i.user_id, 'system')
    || '|' || i.image_origin || '|' || i.image_category || '|' || i.is_intermediate || '|' || i.starred || '|' || i.created_at
    FROM images i LEFT JOIN board_images b ON b.image_name = i.image_name ORDER BY i.image_name";
const INDEX: &str =
    "SELECT image_name || '|' || board_id || '|' || user_id || '|' || image_origin || '|' || image_category
    || '|' || is_intermediate || '|' || starred || '|' || created_at FROM gallery_images ORDER BY image_name";
const EXPECTED_COUNTS: &str =
    "SELECT coalesce(b.board_id, '') || '|' || i.user_id || '|' || i.image_origin || '|' || i.image_category
    || '|' || i.is_intermediate || '|' || count(*) FROM images i LEFT JOIN board_images b ON b.image_name = i.image_name
    GROUP BY b.board_id, i.user_id, i.image_origin, i.image_category, i.is_intermediate ORDER BY 1";
const COUNTS: &str = "SELECT board_id || '|' || user_id || '|' || image_origin || '|' || image_category
    || '|' || is_intermediate || '|' || images FROM gallery_counts ORDER BY 1";
const EXPECTED_DAYS: &str =
    "SELECT substr(i.created_at, 1, 10) || '|' || i.user_id || '|' || i.image_category || '|' || count(*)
    FROM images i WHERE NOT i.is_intermediate GROUP BY substr(i.created_at, 1, 10), i.user_id, i.image_category ORDER BY 1";
const DAYS: &str =
    "SELECT date || '|' || user_id || '|' || image_category || '|' || images FROM gallery_days ORDER BY 1";

fn assert_in_step(db: &Database) {
    assert_eq!(column(db, INDEX), column(db, EXPECTED));
    assert_eq!(column(db, COUNTS), column(db, EXPECTED_COUNTS));
    assert_eq!(column(db, DAYS), column(db, EXPECTED_DAYS));
    for index in ["gallery_search", "gallery_words"] {
        let texts = column(db, &format!("SELECT CAST(count(*) AS TEXT) FROM {index}"));
        assert_eq!(texts, column(db, "SELECT CAST(count(*) AS TEXT) FROM images"), "{index}");
    }
}

fn insert(names: &[&str]) -> String {
    let row =
        |name: &&str| format!("('{name}', 'internal', 'general', 1, 1, '{{\"prompt\": \"picture {name}\"}}', 'alice')");
    let columns = "image_name, image_origin, image_category, width, height, metadata, user_id";
    format!("INSERT INTO images ({columns}) VALUES {};", names.iter().map(row).collect::<Vec<_>>().join(", "))
}

fn board(id: &str) -> String {
    format!("INSERT INTO boards (board_id, board_name, user_id) VALUES ('{id}', '{id}', 'alice');")
}

fn put(name: &str, board: &str) -> String {
    format!("INSERT INTO board_images (board_id, image_name) VALUES ('{board}', '{name}');")
}

fn found(db: &Database, term: &str) -> Vec<String> {
    let filter = ImageFilter { search: Some(term.to_owned()), ..ImageFilter::default() };
    let order = ImageOrder { starred_first: false, newest_first: false };
    let names = db.read(|tx| list_names(tx, &Within::Anywhere(&Scope::All), &filter, order)).unwrap();
    names.into_iter().map(|(name, _)| name.0).collect()
}

#[test]
fn whatever_is_written_the_index_follows() {
    let db = memory();
    add_user(&db, "alice");
    add_user(&db, "bob");
    sql(&db, &[board("a"), board("b"), insert(&["1.png", "2.png", "3.png", "4.png"])].concat());
    assert_in_step(&db);
    for change in [
        put("1.png", "a") + &put("2.png", "a") + &put("3.png", "b"),
        "UPDATE images SET starred = TRUE WHERE image_name IN ('1.png', '4.png')".to_owned(),
        "UPDATE images SET image_category = 'mask' WHERE image_name = '2.png'".to_owned(),
        "UPDATE board_images SET board_id = 'b' WHERE image_name = '1.png'".to_owned(),
        "UPDATE images SET is_intermediate = TRUE WHERE image_name = '3.png'".to_owned(),
        "UPDATE images SET created_at = '2025-12-31 23:59:59.999' WHERE image_name = '2.png'".to_owned(),
        "UPDATE images SET user_id = 'bob', image_category = 'user' WHERE image_name = '1.png'".to_owned(),
        "DELETE FROM board_images WHERE image_name = '2.png'".to_owned(),
        "DELETE FROM images WHERE image_name = '4.png'".to_owned(),
        // The board goes, and by its foreign key what lay on it lies on none.
        "DELETE FROM boards WHERE board_id = 'b'".to_owned(),
        "DELETE FROM images".to_owned(),
    ] {
        sql(&db, &change);
        assert_in_step(&db);
    }
}

#[test]
fn a_change_that_is_taken_back_leaves_no_trace() {
    let db = memory();
    sql(&db, &insert(&["1.png"]));
    let failed = db.write(|tx| {
        tx.sql().execute_batch(&insert(&["2.png"]))?;
        Err::<(), _>(StorageError::Nested)
    });
    assert!(failed.is_err());
    assert_in_step(&db);
    assert_eq!(found(&db, "picture"), ["1.png"]);
}

fn open(path: &Path) -> Database {
    Database::open(&StorageSettings::file(path), Arc::new(SystemClock), &OsRandom).unwrap()
}

#[test]
fn a_file_that_nobody_else_wrote_to_is_not_compared_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invokeai.db");
    let db = open(&path);
    add_user(&db, "alice");
    sql(&db, &insert(&["1.png", "2.png"]));
    drop(db);
    let closed = std::fs::metadata(&path).unwrap().modified().unwrap();
    let foreign = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    foreign.execute_batch("UPDATE gallery_images SET starred = TRUE").unwrap();
    drop(foreign);
    let written = std::fs::metadata(&path).unwrap().modified().unwrap();
    let set_time = |time| std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    let starred = "SELECT CAST(count(*) AS TEXT) FROM gallery_images WHERE starred";
    // As if nothing had been written, which shows whether rows are compared.
    set_time(closed);
    assert_eq!(column(&open(&path), starred), ["2"]);
    set_time(written);
    assert_eq!(column(&open(&path), starred), ["0"]);
}

#[test]
fn what_another_program_wrote_is_taken_in_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("invokeai.db");
    let db = open(&path);
    add_user(&db, "alice");
    sql(&db, &[board("a"), insert(&["1.png", "2.png", "3.png"]), put("1.png", "a")].concat());
    drop(db);
    // The reference knows nothing of the index and has no triggers for it.
    let foreign = Connection::open_with_flags(&path, rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    foreign.execute_batch(&insert(&["4.png"])).unwrap();
    foreign.execute_batch("DELETE FROM board_images; DELETE FROM images WHERE image_name = '2.png'").unwrap();
    foreign
        .execute_batch("UPDATE images SET starred = TRUE, image_category = 'mask' WHERE image_name = '3.png'")
        .unwrap();
    foreign.execute_batch(&put("4.png", "a")).unwrap();
    drop(foreign);
    let db = open(&path);
    assert_in_step(&db);
    assert_eq!(found(&db, "picture 4"), ["4.png"]);
    assert_eq!(found(&db, "picture 2"), [""; 0]);
}

#[test]
fn texts_beyond_the_first_are_taken_in_bit_by_bit() {
    let db = memory();
    sql(&db, &insert(&["1.png", "2.png", "3.png"]));
    sql(
        &db,
        "DELETE FROM gallery_search; DELETE FROM gallery_words; DELETE FROM gallery_vocabulary; UPDATE gallery_images SET is_searchable = FALSE",
    );
    let index = |limit| db.write(|tx| gallery::index_texts(tx, limit)).unwrap();
    assert_eq!(found(&db, "picture"), [""; 0]);
    assert_eq!((index(2), index(2), index(2)), (2, 1, 0));
    assert_eq!(found(&db, "picture").len(), 3);
    assert_in_step(&db);
}

#[test]
fn a_term_is_found_anywhere_in_a_value_and_nothing_in_it_is_a_wildcard() {
    let db = memory();
    let metadata = [
        ("1.png", r#"{"positive_prompt": "a red fox, 100% sharp", "seed": 424242}"#),
        ("2.png", r#"{"positive_prompt": "a RED_FOX", "loras": [{"model": {"name": "Öl \"paint\""}}]}"#),
        ("3.png", r#"{"positive_prompt": "x\\y ab", "steps": 20}"#),
        ("4.png", "not json, but text about foxes"),
    ];
    for (name, text) in metadata {
        sql(&db, &insert(&[name]).replace(&format!("{{\"prompt\": \"picture {name}\"}}"), &text.replace('\'', "''")));
    }
    assert_eq!(found(&db, "red fox"), ["1.png"]);
    assert_eq!(found(&db, "ED F"), ["1.png"]);
    assert_eq!(found(&db, "red_fox"), ["2.png"]);
    assert_eq!(found(&db, "100%"), ["1.png"]);
    assert_eq!(found(&db, "0% sharp"), ["1.png"]);
    assert_eq!(found(&db, "42424"), ["1.png"]);
    assert_eq!(found(&db, "öl \"pa"), ["2.png"]);
    assert_eq!(found(&db, "x\\y"), ["3.png"]);
    // One and two letters, too short for the index.
    assert_eq!(found(&db, "%"), ["1.png"]);
    assert_eq!(found(&db, "_"), ["2.png"]);
    assert_eq!(found(&db, "\\"), ["3.png"]);
    assert_eq!(found(&db, "Ab"), ["3.png"]);
    // Keys are no text of anybody's, and values do not run into one another.
    assert_eq!(found(&db, "positive_prompt"), [""; 0]);
    assert_eq!(found(&db, "sharp424242"), [""; 0]);
    for hostile in ["\"", "'; DROP TABLE images; --", "a\0b", "NEAR(a b)", "red AND fox", "*", "rowid:1", "\u{1f}"] {
        assert_eq!(found(&db, hostile).len(), usize::from(hostile == "\""), "{hostile:?}");
    }
    assert_eq!(column(&db, "SELECT CAST(count(*) AS TEXT) FROM images"), ["4"]);
}

#[test]
fn a_term_of_letters_is_found_within_words_however_many_have_it() {
    let db = memory();
    let texts = [
        ("1.png", "Castle by night"),
        ("2.png", "sandcastles, sd15castle2go"),
        ("3.png", "naïvecastleé; CASTLE"),
        ("4.png", "cast_le cast le"),
        ("5.png", "ﬁn castl"),
    ];
    let write = |name: &str, text: &str| sql(&db, &insert(&[name]).replace(&format!("picture {name}"), text));
    for (name, text) in texts {
        write(name, text);
    }
    for term in ["castle", "CASTLE", "astle"] {
        assert_eq!(found(&db, term), ["1.png", "2.png", "3.png"], "{term}");
    }
    assert_eq!(found(&db, "castl"), ["1.png", "2.png", "3.png", "5.png"]);
    assert_eq!(found(&db, "castles"), ["2.png"]);
    // Beyond the words that are asked for one by one.
    for number in 0..40u8 {
        let letters: String = [number / 26, number % 26].iter().map(|letter| char::from(b'a' + letter)).collect();
        write(&format!("more{number:02}.png"), &format!("{letters}castle"));
    }
    assert_eq!(found(&db, "castle").len(), 43);
    assert_eq!(found(&db, "bncastle"), ["more39.png"]);
    sql(&db, "DELETE FROM images WHERE image_name LIKE 'more%'");
    assert_eq!(found(&db, "castle"), ["1.png", "2.png", "3.png"]);
    assert_eq!(found(&db, "bncastle"), [""; 0]);
}

#[test]
fn pages_of_what_a_term_finds_are_pieces_of_the_whole_list_in_every_order() {
    let db = memory();
    // Times come twice and not in the order of writing; every seventh image is starred, every third has the term.
    sql(
        &db,
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 3999)
        INSERT INTO images (image_name, image_origin, image_category, width, height, metadata, user_id, starred, created_at)
        SELECT i || '.png', 'internal', 'general', 1, 1, json_object('prompt', iif(i % 3, 'hill', 'castle 99')), 'alice',
            i % 7 = 0, '2026-01-01 00:' || printf('%02d:%02d', i * 37 % 2000 / 60, i * 37 % 2000 % 60)
        FROM n",
    );
    // Found by words and by trigrams.
    for term in ["castle", "castle 99"] {
        let filter = ImageFilter { search: Some(term.to_owned()), ..ImageFilter::default() };
        for (starred_first, newest_first) in [(true, true), (true, false), (false, true), (false, false)] {
            let order = ImageOrder { starred_first, newest_first };
            let within = Within::Anywhere(&Scope::All);
            let names = db.read(|tx| list_names(tx, &within, &filter, order)).unwrap();
            assert_eq!(names.len(), 1334);
            for (offset, limit) in [(0, 10), (10, 10), (1300, 100), (1333, 1), (1334, 5), (0, 4000)] {
                let (page, total) = db.read(|tx| list(tx, &within, &filter, order, offset, limit)).unwrap();
                let page: Vec<_> = page.into_iter().map(|image| image.name).collect();
                let expected = names.iter().skip(offset as usize).take(limit as usize).map(|(name, _)| name.clone());
                assert_eq!((page, total), (expected.collect(), 1334), "{term}, {order:?}, {offset}");
            }
        }
    }
}

#[test]
fn a_term_of_digits_is_also_looked_for_in_the_time() {
    let db = memory();
    sql(&db, &insert(&["1.png"]));
    assert_eq!(found(&db, "2026-03-01 12:00"), ["1.png"]);
    assert_eq!(found(&db, "03-01"), ["1.png"]);
    assert_eq!(found(&db, "2025"), [""; 0]);
    assert_eq!(found(&db, "6-"), ["1.png"]);
}

#[test]
fn each_place_is_listed_by_an_index() {
    let db = memory();
    let (filter, order) = (ImageFilter::default(), ImageOrder::default());
    let alice = Scope::Owner(UserId::from("alice"));
    for within in [Within::Anywhere(&Scope::All), Within::Anywhere(&alice), Within::Uncategorized(&alice)] {
        db.read(|tx| list(tx, &within, &filter, order, 0, 10)).unwrap();
    }
    let steps = |text: &str| {
        db.read(|tx| {
            let mut statement = tx.sql().prepare(&format!("EXPLAIN QUERY PLAN {text}"))?;
            let rows = statement.query_map([], |row| row.get::<_, String>("detail"))?;
            Ok::<_, StorageError>(rows.collect::<Result<Vec<_>, _>>()?.join("; "))
        })
        .unwrap()
    };
    let order = "ORDER BY g.starred DESC, g.created_at DESC, g.id DESC LIMIT 10";
    for (place, index) in [
        ("g.board_id = 'b'", "USING COVERING INDEX gallery_images_by_board (board_id=?)"),
        ("g.user_id = 'u'", "USING COVERING INDEX gallery_images_by_user (user_id=?)"),
        ("g.user_id = 'u' AND g.board_id = ''", "USING COVERING INDEX gallery_images_by_"),
    ] {
        let filter = "g.image_category IN ('general') AND g.is_intermediate = FALSE";
        let steps = steps(&format!("SELECT g.image_name FROM gallery_images g WHERE {place} AND {filter} {order}"));
        assert!(steps.contains(index) && !steps.contains("TEMP B-TREE"), "{place}: {steps}");
    }
    let all = steps(&format!("SELECT g.* FROM gallery_images g WHERE TRUE {order}"));
    assert!(all.contains("gallery_images_by_time") && !all.contains("TEMP B-TREE"), "{all}");
}
