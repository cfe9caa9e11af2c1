use crate::testing::{TestClock, add_user, memory_at};
use crate::workflows::{
    NewWorkflow, Part, WorkflowFilter, WorkflowOrder, count, delete, facts, get, insert, list, list_tags, open,
    publish, put_shipped, retract, update,
};
use crate::{Database, StorageError};
use invoke_domain::{UserId, WorkflowCategory, WorkflowId};
use invoke_permissions::{Actor, Scope, WorkflowPublish, policy};
use jiff::ToSpan;
use serde_json::json;
use std::sync::Arc;

struct World {
    db: Database,
    clock: Arc<TestClock>,
    alice: Actor,
    bob: Actor,
}

fn world() -> World {
    let clock = TestClock::new();
    let db = memory_at(Arc::clone(&clock));
    let [alice, bob] = ["alice", "bob"].map(|name| Actor::run(add_user(&db, name), false));
    World { db, clock, alice, bob }
}

fn document(name: &str, category: &str, tags: &str) -> String {
    let meta = json!({ "version": "3.0.0", "category": category });
    json!({ "name": name, "description": "about", "tags": tags, "meta": meta, "nodes": [], "id": name }).to_string()
}

impl World {
    fn add(&self, owner: &Actor, name: &str, tags: &str) -> WorkflowId {
        let id = WorkflowId::from(name);
        let document = document(name, "user", tags);
        let new = NewWorkflow { id: id.clone(), user_id: owner.user_id().clone(), is_public: false, document };
        self.db.write(|tx| insert(tx, &new)).unwrap();
        self.clock.advance(1.second());
        id
    }

    fn share(&self, owner: &Actor, id: &WorkflowId, public: bool) {
        self.db
            .write(|tx| {
                let facts = facts(tx, id)?.unwrap();
                let document = document(id.as_str(), "user", "");
                let edit = policy::edit_workflow(owner, &facts).unwrap();
                let grant = policy::publish_workflow(owner, &facts, WorkflowPublish::Owners).unwrap();
                if public { publish(tx, &grant, &document) } else { retract(tx, &edit, &document) }
            })
            .unwrap();
    }

    fn names(&self, scope: &Scope, filter: &WorkflowFilter, order: WorkflowOrder, descending: bool) -> Vec<String> {
        let all = Part { offset: 0, limit: None };
        let found = self.db.read(|tx| list(tx, scope, filter, order, descending, all)).unwrap();
        assert_eq!(self.db.read(|tx| count(tx, scope, filter)).unwrap(), found.len() as i64);
        found.into_iter().map(|entry| entry.name).collect()
    }
}

fn everything() -> WorkflowFilter {
    WorkflowFilter::default()
}

#[test]
fn a_scope_holds_own_ones_and_shipped_ones_and_public_ones_only_when_asked() {
    let world = world();
    world.add(&world.alice, "a", "");
    let public = world.add(&world.bob, "b", "");
    world.add(&world.bob, "c", "");
    world.share(&world.bob, &public, true);
    let grant = policy::manage_shipped(&Actor::operator()).unwrap();
    let shipped = document("default_d", "default", "");
    world.db.write(|tx| put_shipped(tx, &grant, &"default_d".into(), &shipped)).unwrap();
    let names = |scope: &Scope, is_public| {
        world.names(scope, &WorkflowFilter { is_public, ..everything() }, WorkflowOrder::Name, false)
    };
    let own = world.alice.scope();
    assert_eq!(names(&own, None), ["a", "default_d"]);
    assert_eq!(names(&own, Some(true)), ["b"]);
    assert_eq!(names(&own, Some(false)), ["a", "default_d"]);
    assert_eq!(names(&Scope::All, None), ["a", "b", "c", "default_d"]);
    world.share(&world.bob, &public, false);
    assert_eq!(names(&own, Some(true)), [""; 0]);
}

#[test]
fn filters_take_texts_literally_and_in_any_case() {
    let world = world();
    for (name, tags) in [("one", "Math, a_b"), ("two", "axb"), ("100%", "")] {
        world.add(&world.alice, name, tags);
    }
    let names = |filter: WorkflowFilter| world.names(&Scope::All, &filter, WorkflowOrder::Created, false);
    let tagged = |tag: &str| names(WorkflowFilter { tags: vec![tag.to_owned()], ..everything() });
    let asked = |query: &str| names(WorkflowFilter { query: Some(query.to_owned()), ..everything() });
    assert_eq!(tagged("MATH"), ["one"]);
    assert_eq!(tagged(" a_b "), ["one"]);
    assert_eq!(asked("%"), ["100%"]);
    assert_eq!(asked("_"), ["one"]);
    assert_eq!(asked("\\"), [""; 0]);
    assert_eq!(asked("  "), ["one", "two", "100%"]);
    assert_eq!(asked("ABOUT"), ["one", "two", "100%"]);
    let default = WorkflowFilter { categories: vec![WorkflowCategory::Default], ..everything() };
    assert_eq!(names(default), [""; 0]);
    let tags = world.db.read(|tx| list_tags(tx, &Scope::All, &everything())).unwrap();
    assert_eq!(tags, ["Math, a_b", "axb"]);
}

#[test]
fn each_order_works_in_both_directions_and_parts_do_not_overlap() {
    let world = world();
    let ids: Vec<WorkflowId> = ["b", "a", "c"].iter().map(|name| world.add(&world.alice, name, "")).collect();
    for id in [&ids[0], &ids[1]] {
        world.clock.advance(1.minute());
        world.db.write(|tx| open(tx, &policy::open_workflow(&world.alice, &facts(tx, id)?.unwrap()).unwrap())).unwrap();
    }
    let names = |order, descending| world.names(&Scope::All, &everything(), order, descending);
    assert_eq!(names(WorkflowOrder::Name, false), ["a", "b", "c"]);
    assert_eq!(names(WorkflowOrder::Name, true), ["c", "b", "a"]);
    assert_eq!(names(WorkflowOrder::Created, false), ["b", "a", "c"]);
    assert_eq!(names(WorkflowOrder::Updated, true), ["a", "b", "c"]);
    assert_eq!(names(WorkflowOrder::Opened, true), ["a", "b", "c"]);
    assert_eq!(names(WorkflowOrder::Public, true), ["b", "a", "c"]);
    let opened = |has_been_opened| {
        let filter = WorkflowFilter { has_been_opened: Some(has_been_opened), ..everything() };
        world.names(&Scope::All, &filter, WorkflowOrder::Name, false)
    };
    assert_eq!((opened(true), opened(false)), (vec!["a".to_owned(), "b".to_owned()], vec!["c".to_owned()]));
    let part = |offset, limit| {
        let part = Part { offset, limit: Some(limit) };
        let found = world.db.read(|tx| list(tx, &Scope::All, &everything(), WorkflowOrder::Name, false, part)).unwrap();
        found.into_iter().map(|entry| entry.name).collect::<Vec<_>>()
    };
    assert_eq!(
        (part(0, 2), part(2, 2), part(i64::MAX, i64::MAX)),
        (vec!["a".into(), "b".into()], vec!["c".into()], vec![])
    );
}

#[test]
fn a_change_is_seen_and_a_deleted_one_is_gone() {
    let world = world();
    let id = world.add(&world.alice, "a", "");
    let facts_of = || world.db.read(|tx| facts(tx, &id)).unwrap();
    let before = facts_of().unwrap();
    assert_eq!((before.owner.as_str(), before.is_public, before.is_default), ("alice", false, false));
    let changed = document("renamed", "user", "t");
    world.clock.advance(1.minute());
    let record =
        world.db.write(|tx| update(tx, &policy::edit_workflow(&world.alice, &before).unwrap(), &changed)).unwrap();
    assert_eq!((record.entry.name.as_str(), record.document), ("renamed", changed));
    assert!(record.entry.updated_at > record.entry.created_at);
    world.db.write(|tx| delete(tx, &policy::delete_workflow(&world.alice, &before).unwrap())).unwrap();
    assert_eq!(facts_of(), None);
    let view = policy::view_workflow(&world.alice, &before).unwrap();
    assert_eq!(world.db.read(|tx| get(tx, &view)).unwrap(), None);
}

#[test]
fn nodes_that_give_back_are_counted_whatever_else_the_list_holds() {
    let world = world();
    let owner: UserId = world.alice.user_id().clone();
    let node = |kind: &str| json!({ "type": "invocation", "data": { "type": kind } });
    let nodes =
        json!([node("workflow_return"), node("add"), "text", 7, null, ["workflow_return"], { "type": "notes" }]);
    let mut document: serde_json::Value = serde_json::from_str(&document("a", "user", "")).unwrap();
    document["nodes"] = nodes;
    let new = NewWorkflow { id: "a".into(), user_id: owner, is_public: false, document: document.to_string() };
    let record = world.db.write(|tx| insert(tx, &new)).unwrap();
    assert_eq!(record.entry.returns, 1);
}

#[test]
fn a_document_that_is_no_json_is_refused_by_the_database() {
    let world = world();
    let new = NewWorkflow {
        id: "a".into(),
        user_id: world.bob.user_id().clone(),
        is_public: false,
        document: "{".to_owned(),
    };
    assert!(matches!(world.db.write(|tx| insert(tx, &new)), Err(StorageError::Sql(_))));
}
