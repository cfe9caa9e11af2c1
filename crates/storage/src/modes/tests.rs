use super::*;
use crate::testing::{TestClock, add_user, memory, memory_at};
use crate::{Database, system_prompts};
use invoke_domain::UserId;
use invoke_permissions::{Actor, policy};
use jiff::ToSpan as _;

fn operator() -> Grant<RuntimeSettings, Manage> {
    policy::manage_settings(&Actor::operator()).unwrap()
}

/// One public thing of each kind, of this owner, made now.
fn add(db: &Database, owner: &UserId, id: &str) {
    let sql = format!(
        "INSERT INTO boards (board_id, board_name, user_id, board_visibility, created_at)
             VALUES ('{id}', 'b', '{owner}', 'public', :now);
         INSERT INTO style_presets (id, name, preset_data, type, user_id, is_public, created_at)
             VALUES ('{id}', 's', '{{}}', 'user', '{owner}', TRUE, :now);
         INSERT INTO system_prompts (id, name, content, user_id, is_public, created_at)
             VALUES ('{id}', 'p', 'p', '{owner}', TRUE, :now);
         INSERT INTO workflow_library (workflow_id, workflow, user_id, is_public, created_at)
             VALUES ('{id}', '{{\"name\":\"w\",\"description\":\"\",\"meta\":{{\"category\":\"user\"}}}}', '{owner}', TRUE, :now)"
    );
    db.write(|tx| {
        let now = format!("'{}'", crate::to_text(tx.now()));
        tx.sql().execute_batch(&sql.replace(":now", &now)).map_err(StorageError::from)
    })
    .unwrap();
}

fn is_public(db: &Database, id: &str) -> [bool; 3] {
    let sql = "SELECT (SELECT board_visibility = 'public' FROM boards WHERE board_id = ?1),
        (SELECT is_public FROM style_presets WHERE id = ?1), (SELECT is_public FROM system_prompts WHERE id = ?1)";
    let read = |tx: &ReadTx<'_>| {
        Ok::<_, StorageError>(tx.sql().query_row(sql, [id], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]))?)
    };
    db.read(read).unwrap()
}

#[test]
fn what_nobody_noted_is_told_by_the_accounts() {
    let db = memory();
    assert_eq!(db.read(get).unwrap(), Mode { multiuser: false, since: Timestamp::UNIX_EPOCH });
    add_user(&db, "alice");
    assert!(db.read(get).unwrap().multiuser);
    let noted = Mode { multiuser: false, since: "2026-03-01T12:00:00Z".parse().unwrap() };
    for _ in 0..2 {
        db.write(|tx| update(tx, &operator(), noted)).unwrap();
    }
    assert_eq!(db.read(get).unwrap(), noted);
}

#[test]
fn only_what_the_system_made_since_then_is_taken_back() {
    let clock = TestClock::new();
    let db = memory_at(clock.clone());
    let (alice, system) = (add_user(&db, "alice"), UserId::system());
    add(&db, &system, "earlier");
    clock.advance(1.hour());
    let since = db.read(|tx| Ok::<_, StorageError>(tx.now())).unwrap();
    add(&db, &system, "new");
    add(&db, &alice, "hers");
    let listed = db.read(|tx| list_public_workflows(tx, &operator(), since)).unwrap();
    assert_eq!(listed, [WorkflowId::from("new")]);
    assert_eq!(db.write(|tx| take_back(tx, &operator(), since)).unwrap(), 3);
    assert_eq!(["earlier", "new", "hers"].map(|id| is_public(&db, id)), [[true; 3], [false; 3], [true; 3]]);
    assert_eq!(db.write(|tx| take_back(tx, &operator(), Timestamp::UNIX_EPOCH)).unwrap(), 3, "and nothing twice");
    let prompts = db.read(|tx| system_prompts::list(tx, &Actor::run(alice, false).scope())).unwrap();
    assert_eq!(prompts.len(), 8 + 1, "those of every installation stay everybody's");
}
