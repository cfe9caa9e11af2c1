use crate::testing::{add_user, memory};
use crate::{Database, StorageError, style_presets as rows};
use invoke_domain::{PresetId, StylePreset, UserId};
use invoke_permissions::{Actor, Scope, policy};

pub(crate) fn preset(id: &str, owner: &UserId, name: &str) -> StylePreset {
    StylePreset {
        id: id.into(),
        user_id: owner.clone(),
        name: name.to_owned(),
        positive_prompt: "{prompt}, \"quoted\"".to_owned(),
        negative_prompt: String::new(),
        is_default: false,
        is_public: false,
    }
}

fn ids(db: &Database, scope: &Scope) -> Vec<String> {
    db.read(|tx| rows::list(tx, scope)).unwrap().into_iter().map(|preset| preset.id.0).collect()
}

#[test]
fn a_listing_holds_own_public_and_default_ones_by_name() {
    let db = memory();
    let [alice, bob] = ["alice", "bob"].map(|name| Actor::run(add_user(&db, name), false));
    let manage = policy::manage_presets(&Actor::system()).unwrap();
    db.write(|tx| {
        rows::insert(tx, &preset("1", alice.user_id(), "b"))?;
        rows::insert(tx, &preset("2", bob.user_id(), "A"))?;
        rows::insert(tx, &StylePreset { is_public: true, ..preset("3", bob.user_id(), "C") })?;
        rows::insert_default(tx, &manage, &preset("4", &UserId::system(), "d"))
    })
    .unwrap();
    assert_eq!(ids(&db, &alice.scope()), ["1", "3", "4"]);
    assert_eq!(ids(&db, &Scope::All), ["2", "1", "3", "4"]);
    let own: Vec<_> = db.read(|tx| rows::list_by_users(tx, &manage)).unwrap();
    assert_eq!(own.iter().map(|preset| preset.id.as_str()).collect::<Vec<_>>(), ["2", "1", "3"]);
}

#[test]
fn a_preset_comes_back_as_it_was_and_changes_without_changing_hands() {
    let db = memory();
    let alice = Actor::run(add_user(&db, "alice"), false);
    let kept = preset("1", alice.user_id(), "b");
    db.write(|tx| rows::insert(tx, &kept)).unwrap();
    let facts = db.read(|tx| rows::facts(tx, &kept.id)).unwrap().unwrap();
    let view = policy::view_preset(&alice, &facts).unwrap();
    assert_eq!(db.read(|tx| rows::get(tx, &view)).unwrap().as_ref(), Some(&kept));
    let changed =
        StylePreset { user_id: "somebody".into(), is_default: true, is_public: true, name: "c".into(), ..kept };
    db.write(|tx| rows::update(tx, &policy::edit_preset(&alice, &facts).unwrap(), &changed)).unwrap();
    let now = db.read(|tx| rows::get(tx, &view)).unwrap().unwrap();
    assert_eq!((now.name.as_str(), now.user_id.as_str(), now.is_default, now.is_public), ("c", "alice", false, true));
    db.write(|tx| rows::delete(tx, &policy::delete_preset(&alice, &facts).unwrap())).unwrap();
    assert_eq!(db.read(|tx| rows::facts(tx, &PresetId::from("1"))).unwrap(), None);
}

#[test]
fn shipped_ones_are_renewed_and_what_people_added_stays() {
    let db = memory();
    let admin = add_user(&db, "admin");
    let (operator, system) = (Actor::operator(), UserId::system());
    let shipped = policy::manage_shipped(&operator).unwrap();
    let manage = policy::manage_presets(&operator).unwrap();
    db.write(|tx| {
        rows::insert_default(tx, &manage, &preset("house", &admin, "House"))?;
        rows::insert(tx, &preset("own", &admin, "Own"))?;
        rows::sync_shipped(tx, &shipped, &[preset("x", &system, "X"), preset("y", &system, "Y")])?;
        rows::sync_shipped(tx, &shipped, &[preset("y", &system, "Y2"), preset("z", &system, "Z")])
    })
    .unwrap();
    assert_eq!(ids(&db, &Scope::All), ["house", "own", "y", "z"]);
}

#[test]
fn a_row_whose_prompts_cannot_be_read_is_left_out() {
    let db = memory();
    let alice = Actor::run(add_user(&db, "alice"), false);
    db.write(|tx| {
        rows::insert(tx, &preset("1", alice.user_id(), "a"))?;
        tx.sql().execute("INSERT INTO style_presets (id, name, preset_data) VALUES ('2', 'b', '{')", [])?;
        Ok::<_, StorageError>(())
    })
    .unwrap();
    assert_eq!(ids(&db, &Scope::All), ["1"]);
}
