use crate::models::{self, Inserted, ModelFilter, ModelOrder};
use crate::testing::memory;
use crate::{Database, StorageError};
use invoke_domain::ModelKey;
use invoke_permissions::{Actor, ModelFacts, Scope, policy};
use serde_json::{Value, json};

fn config(key: &str, name: &str, base: &str, size: u64) -> Value {
    json!({
        "key": key, "hash": format!("blake3:{key}"), "path": format!("{key}/{name}"), "file_size": size, "name": name,
        "source": "/x", "source_type": "path", "type": "main", "format": "diffusers", "base": base,
    })
}

fn add(db: &Database, config: &Value) -> Inserted {
    let key = ModelKey::from(config["key"].as_str().unwrap());
    let grant = policy::manage_model(&Actor::system(), &key).unwrap();
    db.write(|tx| models::insert(tx, &grant, config)).unwrap()
}

fn names(db: &Database, filter: &ModelFilter, order: ModelOrder, descending: bool) -> Vec<String> {
    let found = db.read(|tx| models::list(tx, &Scope::All, filter, order, descending)).unwrap();
    found.iter().map(|model| model.name().to_owned()).collect()
}

#[test]
fn a_record_comes_back_with_its_fields_in_order() {
    let db = memory();
    let record = config("k1", "one", "sd-1", 5);
    assert_eq!(add(&db, &record), Inserted::Added);
    let facts = ModelFacts { key: ModelKey::from("k1"), restricted_to: None };
    let grant = policy::view_model(&Actor::system(), &facts).unwrap();
    let found = db.read(|tx| models::get(tx, &grant)).unwrap().unwrap();
    assert_eq!(found.config.to_string(), record.to_string());
}

#[test]
fn a_path_or_a_key_is_taken_once() {
    let db = memory();
    let first = config("k1", "one", "sd-1", 5);
    add(&db, &first);
    let mut same_path = config("k2", "two", "sd-1", 5);
    same_path["path"] = first["path"].clone();
    assert_eq!(add(&db, &same_path), Inserted::PathTaken);
    assert_eq!(add(&db, &config("k1", "other", "sd-1", 5)), Inserted::KeyTaken);
    assert_eq!(names(&db, &ModelFilter::default(), ModelOrder::Default, false), ["one"]);
}

#[test]
fn listings_filter_and_order() {
    let db = memory();
    for (key, name, base, size) in
        [("k1", "beta", "sdxl", 30), ("k2", "Alpha", "sd-1", 9), ("k3", "gamma", "sd-1", 200)]
    {
        add(&db, &config(key, name, base, size));
    }
    let all = ModelFilter::default();
    assert_eq!(names(&db, &all, ModelOrder::Default, false), ["Alpha", "gamma", "beta"]);
    assert_eq!(names(&db, &all, ModelOrder::Name, true), ["gamma", "beta", "Alpha"]);
    assert_eq!(names(&db, &all, ModelOrder::Size, false), ["Alpha", "beta", "gamma"]);
    let base = ModelFilter { base: Some("sd-1".into()), ..ModelFilter::default() };
    assert_eq!(names(&db, &base, ModelOrder::Name, false), ["Alpha", "gamma"]);
    let exact = ModelFilter { name: Some("alpha".into()), ..ModelFilter::default() };
    assert_eq!(names(&db, &exact, ModelOrder::Default, false), [""; 0]);
    let hash = ModelFilter { hash: Some("blake3:k3".into()), ..ModelFilter::default() };
    assert_eq!(names(&db, &hash, ModelOrder::Default, false), ["gamma"]);
}

#[test]
fn a_record_is_replaced_and_deleted_by_its_key() {
    let db = memory();
    add(&db, &config("k1", "one", "sd-1", 5));
    let grant = policy::manage_model(&Actor::system(), &ModelKey::from("k1")).unwrap();
    assert!(db.write(|tx| models::update(tx, &grant, &config("k1", "renamed", "sd-1", 5))).unwrap());
    assert_eq!(names(&db, &ModelFilter::default(), ModelOrder::Default, false), ["renamed"]);
    let deleted = db.write(|tx| Ok::<_, StorageError>((models::delete(tx, &grant)?, models::delete(tx, &grant)?)));
    assert_eq!(deleted.unwrap(), (true, false));
}
