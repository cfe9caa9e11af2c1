use super::{facts, hidden, list, replace};
use crate::models::{self, ModelFilter, ModelOrder};
use crate::testing::{add_user, memory};
use crate::{Database, StorageError, users};
use invoke_domain::{ModelKey, UserId};
use invoke_permissions::{Actor, Grant, Manage, Model, Scope, policy};
use serde_json::json;

fn grant(key: &str) -> Grant<Model, Manage> {
    policy::manage_model(&Actor::system(), &ModelKey::from(key)).unwrap()
}

fn filled() -> (Database, UserId, UserId) {
    let db = memory();
    for key in ["free", "bobs", "nobodys"] {
        let config = json!({
            "key": key, "hash": "h", "path": key, "file_size": 1, "name": key, "source": "/x", "source_type": "path",
            "type": "main", "format": "diffusers", "base": "sd-1",
        });
        db.write(|tx| models::insert(tx, &grant(key), &config)).unwrap();
    }
    let (alice, bob) = (add_user(&db, "alice"), add_user(&db, "bob"));
    db.write(|tx| replace(tx, &grant("bobs"), Some(std::slice::from_ref(&bob)))).unwrap();
    db.write(|tx| replace(tx, &grant("nobodys"), Some(&[]))).unwrap();
    (db, alice, bob)
}

fn listed(db: &Database, scope: &Scope) -> Vec<String> {
    let all = ModelFilter::default();
    let found = db.read(|tx| models::list(tx, scope, &all, ModelOrder::Name, false)).unwrap();
    found.iter().map(|model| model.name().to_owned()).collect()
}

#[test]
fn a_list_has_what_is_for_everybody_and_what_is_for_who_asks() {
    let (db, alice, bob) = filled();
    assert_eq!(listed(&db, &Scope::All), ["bobs", "free", "nobodys"]);
    assert_eq!(listed(&db, &Scope::Owner(bob.clone())), ["bobs", "free"]);
    assert_eq!(listed(&db, &Scope::Owner(alice.clone())), ["free"]);
    let hidden_from = |scope: &Scope| {
        let mut keys: Vec<String> = db.read(|tx| hidden(tx, scope)).unwrap().into_iter().map(|key| key.0).collect();
        keys.sort();
        keys
    };
    assert_eq!(hidden_from(&Scope::Owner(alice)), ["bobs", "nobodys"]);
    assert_eq!(hidden_from(&Scope::Owner(bob)), ["nobodys"]);
    assert_eq!(hidden_from(&Scope::All), [""; 0]);
}

#[test]
fn a_restriction_is_replaced_taken_back_and_goes_with_the_model_and_the_account() {
    let (db, alice, bob) = filled();
    let of = |key: &str| db.read(|tx| facts(tx, &ModelKey::from(key))).unwrap().restricted_to;
    assert_eq!((of("free"), of("gone")), (None, None));
    assert_eq!(of("bobs"), Some(vec![bob.clone()]));
    db.write(|tx| replace(tx, &grant("bobs"), Some(&[alice.clone(), bob.clone(), alice.clone()]))).unwrap();
    assert_eq!(of("bobs"), Some(vec![alice.clone(), bob.clone()]));
    let people = db.read(|tx| list(tx, &grant("bobs"))).unwrap().unwrap();
    assert_eq!(people.iter().map(|person| &person.id).collect::<Vec<_>>(), [&alice, &bob]);
    let manage = policy::manage_users(&Actor::operator()).unwrap();
    db.write(|tx| users::delete(tx, &manage, &alice, users::Content::Delete)).unwrap();
    assert_eq!(of("bobs"), Some(vec![bob]));
    let refused = db.write(|tx| replace(tx, &grant("bobs"), Some(&[alice])));
    assert!(matches!(refused, Err(StorageError::OwnerGone)));
    db.write(|tx| replace(tx, &grant("nobodys"), None)).unwrap();
    assert_eq!(of("nobodys"), None);
    db.write(|tx| models::delete(tx, &grant("bobs"))).unwrap();
    assert_eq!(of("bobs"), None);
}
