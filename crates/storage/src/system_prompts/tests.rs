use crate::system_prompts::{NewSystemPrompt, SystemPromptChanges, delete, facts, insert, list, update};
use crate::testing::{add_user, memory};
use invoke_permissions::{Actor, Scope, policy};

#[test]
fn prompts_are_private_until_shared_and_change_field_by_field() {
    let db = memory();
    let [alice, bob] = ["alice", "bob"].map(|name| Actor::run(add_user(&db, name), false));
    let shipped = db.read(|tx| list(tx, &bob.scope())).unwrap().len();
    let new = NewSystemPrompt {
        id: "p".into(),
        user_id: alice.user_id().clone(),
        name: "Mine".to_owned(),
        content: "Be brief.".to_owned(),
        is_public: false,
    };
    db.write(|tx| insert(tx, &new)).unwrap();
    let count = |scope: &Scope| db.read(|tx| list(tx, scope)).unwrap().len() - shipped;
    assert_eq!((count(&alice.scope()), count(&bob.scope()), count(&Scope::All)), (1, 0, 1));
    let known = db.read(|tx| facts(tx, &new.id)).unwrap().unwrap();
    let edit = || policy::edit_prompt(&alice, &known).unwrap();
    let changes = SystemPromptChanges { is_public: Some(true), ..SystemPromptChanges::default() };
    let changed = db.write(|tx| update(tx, &edit(), &changes)).unwrap();
    assert_eq!((changed.name.as_str(), changed.content.as_str(), changed.is_public), ("Mine", "Be brief.", true));
    assert_eq!(count(&bob.scope()), 1);
    db.write(|tx| delete(tx, &policy::delete_prompt(&alice, &known).unwrap())).unwrap();
    assert_eq!(count(&Scope::All), 0);
}
