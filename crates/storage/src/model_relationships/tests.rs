use crate::testing::memory;
use crate::{Database, StorageError, model_relationships as rows, models};
use invoke_domain::ModelKey;
use invoke_permissions::{Actor, Grant, Manage, Model, policy};
use serde_json::json;

fn grant(key: &str) -> Grant<Model, Manage> {
    policy::manage_model(&Actor::system(), &ModelKey::from(key)).unwrap()
}

fn with_models(keys: &[&str]) -> Database {
    let db = memory();
    for key in keys {
        let config = json!({
            "key": key, "hash": "h", "path": key, "file_size": 1, "name": key, "source": "/x", "source_type": "path",
            "type": "main", "format": "diffusers", "base": "sd-1",
        });
        db.write(|tx| models::insert(tx, &grant(key), &config)).unwrap();
    }
    db
}

fn related(db: &Database, keys: &[&str]) -> Vec<String> {
    let keys: Vec<ModelKey> = keys.iter().map(|key| ModelKey::from(*key)).collect();
    db.read(|tx| rows::list(tx, &keys)).unwrap().into_iter().map(|key| key.0).collect()
}

#[test]
fn a_pair_has_no_direction_and_is_kept_once() {
    let db = with_models(&["a", "b", "c"]);
    db.write(|tx| {
        rows::insert(tx, &grant("b"), &grant("a"))?;
        rows::insert(tx, &grant("a"), &grant("b"))?;
        rows::insert(tx, &grant("c"), &grant("b"))
    })
    .unwrap();
    assert_eq!(related(&db, &["a"]), ["b"]);
    assert_eq!(related(&db, &["b"]), ["a", "c"]);
    assert_eq!(related(&db, &["a", "c"]), ["b"]);
    assert_eq!(related(&db, &["nope"]), [""; 0]);
    db.write(|tx| rows::delete(tx, &grant("b"), &grant("a"))).unwrap();
    assert_eq!((related(&db, &["a"]), related(&db, &["b"])), (vec![], vec!["c".to_owned()]));
}

#[test]
fn a_model_that_goes_takes_its_relations_along() {
    let db = with_models(&["a", "b"]);
    db.write(|tx| rows::insert(tx, &grant("a"), &grant("b"))).unwrap();
    db.write(|tx| models::delete(tx, &grant("a"))).unwrap();
    assert_eq!(related(&db, &["b"]), [""; 0]);
    let refused = db.write(|tx| rows::insert(tx, &grant("a"), &grant("b")));
    assert!(matches!(refused, Err(StorageError::Sql(_))));
}
