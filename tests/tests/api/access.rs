//! Who gets in: every operation of the OpenAPI document, asked by nobody, with a token that does not count, by another
//! user, by the owner and by an administrator. An operation without a case fails; the list of those that need nobody
//! should only ever shrink.

use invoke_tests::{ADMIN, Answer, Client, PASSWORD, TestServer, graphs};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Operations that need nobody, and what nobody gets.
const OPEN: [(&str, u16); 4] = [
    ("app_version", 200),
    ("get_setup_status_api_v1_auth_status_get", 200),
    ("login_api_v1_auth_login_post", 422),
    ("setup_admin_api_v1_auth_setup_post", 422),
];

/// Operations about the own account: there is none in single-user mode.
const OWN_ACCOUNT: [&str; 14] = [
    "logout_api_v1_auth_logout_post",
    "get_current_user_info_api_v1_auth_me_get",
    "update_current_user_api_v1_auth_me_patch",
    "generate_password_api_v1_auth_generate_password_get",
    "list_users_api_v1_auth_users_get",
    "create_user_api_v1_auth_users_post",
    "get_user_api_v1_auth_users__user_id__get",
    "update_user_api_v1_auth_users__user_id__patch",
    "delete_user_api_v1_auth_users__user_id__delete",
    "adopt_content_api_v1_auth_users__user_id__adopt_post",
    "user_statistics_api_v1_auth_statistics_get",
    "list_own_sessions_api_v1_auth_sessions_get",
    "end_own_session_api_v1_auth_sessions__session_id__delete",
    "end_own_sessions_api_v1_auth_sessions_delete",
];

/// An operation, what to send, and what another user, the owner and an administrator get.
struct Case {
    operation: &'static str,
    /// The path's variable parts and the body, made anew for each caller.
    send: fn(&World) -> Sent,
    statuses: [u16; 3],
}

/// What to send.
#[derive(Default)]
struct Sent {
    parts: Vec<(&'static str, String)>,
    query: &'static str,
    body: Option<Value>,
    /// Sign in again for it, since it ends the session.
    anew: bool,
}

/// Somebody owns things; somebody else does not.
struct World {
    server: TestServer,
    owner: Client,
    other: Client,
    admin: Client,
}

impl World {
    fn new(server: TestServer) -> Self {
        let (owner, other, admin) = (server.user("owner"), server.user("other"), server.admin().clone());
        Self { server, owner, other, admin }
    }

    fn image(&self) -> Sent {
        parts([("image_name", self.server.store_image(&self.owner, None).name.0)])
    }

    fn item(&self) -> Sent {
        parts([("queue_id", "default".to_owned()), ("item_id", self.owner.enqueue(&graphs::addition()).to_string())])
    }

    /// The owner's own account.
    fn account(&self) -> Sent {
        parts([("user_id", self.server.actor(&self.owner).user_id().to_string())])
    }

    /// An account that may go.
    fn spare_account(&self) -> Sent {
        let number = self.admin.get("/api/v1/auth/users").ok().as_array().unwrap().len();
        parts([("user_id", self.server.user(&format!("spare{number}")).own_id())])
    }

    /// A session of the owner's that nobody uses.
    fn spare_session(&self) -> Sent {
        let sessions = self.server.sign_in("owner@example.com").get("/api/v1/auth/sessions").ok();
        let current = sessions.as_array().unwrap().iter().find(|session| session["is_current"] == true).unwrap();
        parts([("session_id", current["session_id"].as_str().unwrap().to_owned())])
    }

    fn new_account(&self) -> Sent {
        body(Sent::default(), json!({ "email": "new@example.com", "password": PASSWORD }))
    }

    fn canceled_item(&self) -> i64 {
        let id = self.owner.enqueue(&graphs::addition());
        self.owner.put(&format!("/api/v1/queue/default/i/{id}/cancel")).ok();
        id
    }
}

fn nothing(_: &World) -> Sent {
    Sent::default()
}

fn anew(_: &World) -> Sent {
    Sent { anew: true, ..Sent::default() }
}

fn parts<const N: usize>(parts: [(&'static str, String); N]) -> Sent {
    Sent { parts: parts.into(), ..Sent::default() }
}

fn queue(_: &World) -> Sent {
    parts([("queue_id", "default".to_owned())])
}

fn model(_: &World) -> Sent {
    parts([("key", "nope".to_owned())])
}

fn state(query: &'static str) -> Sent {
    Sent { query, ..parts([("queue_id", "default".to_owned())]) }
}

fn body(sent: Sent, body: Value) -> Sent {
    Sent { body: Some(body), ..sent }
}

const EVERYBODY: [u16; 3] = [200, 200, 200];
const ADMINS: [u16; 3] = [403, 403, 200];
/// Seen by its owner and administrators; others learn that they may not.
const OWNER: [u16; 3] = [403, 200, 200];
/// Others do not learn that it is there.
const HIDDEN: [u16; 3] = [404, 200, 200];

/// One line per operation.
fn cases() -> Vec<Case> {
    let case = |operation, send, statuses| Case { operation, send, statuses };
    vec![
        case("get_current_user_info_api_v1_auth_me_get", nothing, EVERYBODY),
        case("update_current_user_api_v1_auth_me_patch", |_| body(Sent::default(), json!({})), EVERYBODY),
        case("generate_password_api_v1_auth_generate_password_get", nothing, EVERYBODY),
        case("list_users_api_v1_auth_users_get", nothing, ADMINS),
        case("create_user_api_v1_auth_users_post", World::new_account, [403, 403, 201]),
        case("get_user_api_v1_auth_users__user_id__get", World::account, ADMINS),
        case("update_user_api_v1_auth_users__user_id__patch", |world| body(world.account(), json!({})), ADMINS),
        case("delete_user_api_v1_auth_users__user_id__delete", World::spare_account, [403, 403, 204]),
        case(
            "adopt_content_api_v1_auth_users__user_id__adopt_post",
            |world| body(world.account(), json!({ "dry_run": true })),
            ADMINS,
        ),
        case("user_statistics_api_v1_auth_statistics_get", nothing, ADMINS),
        case("list_own_sessions_api_v1_auth_sessions_get", nothing, EVERYBODY),
        case("end_own_session_api_v1_auth_sessions__session_id__delete", World::spare_session, [404, 204, 404]),
        case("refresh_media_cookie_api_v1_auth_media_cookie_post", nothing, EVERYBODY),
        case("list_model_records", nothing, EVERYBODY),
        case("get_model_record", model, [404, 404, 404]),
        case("delete_model", model, [403, 403, 404]),
        case("install_model", |_| body(Sent { query: "source=/nope", ..Sent::default() }, json!({})), [403, 403, 409]),
        case("list_model_installs", nothing, ADMINS),
        case("get_model_install_job", |_| parts([("id", "7".to_owned())]), [403, 403, 404]),
        case("get_stats", nothing, ADMINS),
        case("list_image_dtos", nothing, EVERYBODY),
        case("get_image_names", nothing, EVERYBODY),
        case("get_images_by_names", |_| body(Sent::default(), json!({ "image_names": [] })), EVERYBODY),
        case("get_intermediates_count", nothing, EVERYBODY),
        case("get_image_dto", World::image, OWNER),
        case("get_image_metadata", World::image, OWNER),
        case("get_image_workflow", World::image, OWNER),
        case("get_image_full", World::image, OWNER),
        case("get_image_full_head", World::image, OWNER),
        case("get_image_thumbnail", World::image, OWNER),
        case("delete_image", World::image, OWNER),
        case("get_queue_status", queue, EVERYBODY),
        case("get_current_queue_item", queue, EVERYBODY),
        case("get_next_queue_item", queue, EVERYBODY),
        case("list_all_queue_items", queue, EVERYBODY),
        case("get_queue_item_ids", queue, EVERYBODY),
        case("get_queue_items_by_item_ids", |world| body(queue(world), json!({ "item_ids": [1] })), EVERYBODY),
        case("get_queue_item_summaries_by_ids", |world| body(queue(world), json!({ "item_ids": [1] })), EVERYBODY),
        case("get_queue_item", World::item, HIDDEN),
        case("cancel_queue_item", World::item, HIDDEN),
        case("delete_queue_item", World::item, HIDDEN),
        case(
            "get_batch_status",
            |_| parts([("queue_id", "default".to_owned()), ("batch_id", "b".to_owned())]),
            EVERYBODY,
        ),
        case("counts_by_destination", |_| state("destination=gallery"), EVERYBODY),
        case(
            "enqueue_batch",
            |world| body(queue(world), json!({ "batch": { "graph": graphs::addition(), "runs": 1 } })),
            EVERYBODY,
        ),
        case("retry_items_by_id", |world| body(queue(world), json!([world.canceled_item()])), EVERYBODY),
        case("cancel_by_batch_ids", |world| body(queue(world), json!({ "batch_ids": [] })), EVERYBODY),
        case("cancel_by_destination", |_| state("destination=gallery"), EVERYBODY),
        case("cancel_all_except_current", queue, EVERYBODY),
        case("delete_all_except_current", queue, EVERYBODY),
        case(
            "delete_by_destination",
            |_| parts([("queue_id", "default".to_owned()), ("destination", "gallery".to_owned())]),
            EVERYBODY,
        ),
        case("prune", queue, EVERYBODY),
        case("clear", queue, EVERYBODY),
        case("pause", queue, ADMINS),
        case("resume", queue, ADMINS),
        case("get_client_state_by_key", |_| state("key=k"), EVERYBODY),
        case("set_client_state", |_| body(state("key=k"), json!("v")), EVERYBODY),
        case("get_client_state_keys_by_prefix", |_| state("prefix=k"), EVERYBODY),
        case("delete_client_state_by_key", |_| state("key=k"), EVERYBODY),
        case("delete_client_state", queue, EVERYBODY),
        case("logout_api_v1_auth_logout_post", anew, EVERYBODY),
        // Last: it ends all sessions of the callers.
        case("end_own_sessions_api_v1_auth_sessions_delete", nothing, EVERYBODY),
    ]
}

/// Method and path of every operation in the document.
fn operations(nobody: &Client) -> BTreeMap<String, (Method, String)> {
    let document = nobody.get("/openapi.json").ok();
    let mut found = BTreeMap::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let id = operation["operationId"].as_str().unwrap().to_owned();
            assert!(found.insert(id.clone(), (method, path.clone())).is_none(), "two operations are called {id}");
        }
    }
    found
}

fn ask(client: &Client, (method, path): &(Method, String), sent: Sent) -> Answer {
    let path = sent.parts.iter().fold(path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    assert!(!path.contains('{'), "{path} has a part without a value");
    let path = if sent.query.is_empty() { path } else { format!("{path}?{}", sent.query) };
    let request = client.request(method.clone(), &path);
    Answer::of(match &sent.body {
        Some(body) => request.json(body),
        None => request,
    })
}

#[test]
fn every_operation_has_a_case() {
    let server = TestServer::single_user().without_workers().start();
    let mut listed: Vec<&str> = cases().iter().map(|case| case.operation).collect();
    listed.extend(OPEN.iter().map(|(operation, _)| operation));
    listed.sort_unstable();
    let known = operations(&server.nobody());
    let known: Vec<&str> = known.keys().map(String::as_str).collect();
    assert_eq!(listed, known);
}

#[test]
fn nobody_gets_in_and_neither_does_a_token_that_does_not_count() {
    let world = World::new(TestServer::multiuser().without_workers().start());
    let nobody = world.server.nobody();
    let signed_out = world.server.sign_in("other@example.com");
    signed_out.post("/api/v1/auth/logout", &json!({})).ok();
    let mut parts: Vec<String> = world.owner.token().split('.').map(str::to_owned).collect();
    parts[1] = parts[1].chars().rev().collect();
    let operations = operations(&nobody);
    for case in cases() {
        let operation = &operations[case.operation];
        for (who, client) in [
            ("nobody", nobody.clone()),
            ("garbage", nobody.with_token("abc.def.ghi")),
            ("a forged token", nobody.with_token(&parts.join("."))),
            ("somebody who signed out", signed_out.clone()),
        ] {
            let answer = ask(&client, operation, (case.send)(&world));
            assert_eq!(answer.status, 401, "{} by {who}: {}", case.operation, answer.text());
        }
    }
    for (operation, status) in OPEN {
        let answer = ask(&nobody, &operations[operation], Sent::default());
        assert_eq!(answer.status, status, "{operation}: {}", answer.text());
    }
}

#[test]
fn every_operation_answers_each_kind_of_caller_as_the_table_says() {
    let world = World::new(TestServer::multiuser().without_workers().start());
    let operations = operations(&world.server.nobody());
    for case in cases() {
        let callers = [
            ("another user", &world.other, "other@example.com"),
            ("the owner", &world.owner, "owner@example.com"),
            ("an administrator", &world.admin, ADMIN),
        ];
        for ((who, client, email), status) in callers.into_iter().zip(case.statuses) {
            let sent = (case.send)(&world);
            let client = if sent.anew { world.server.sign_in(email) } else { client.clone() };
            let answer = ask(&client, &operations[case.operation], sent);
            assert_eq!(answer.status, status, "{} by {who}: {}", case.operation, answer.text());
        }
    }
}

#[test]
fn without_accounts_only_the_own_account_is_out_of_reach() {
    let server = TestServer::single_user().without_workers().start();
    let nobody = server.nobody();
    let name = "nope.png".to_owned();
    let operations = operations(&nobody);
    for case in cases() {
        let (method, path) = &operations[case.operation];
        let mut sent = Sent::default();
        for part in ["queue_id", "batch_id", "destination", "key", "user_id", "session_id"] {
            sent.parts.push((part, "x".to_owned()));
        }
        sent.parts.extend([("image_name", name.clone()), ("item_id", "9".to_owned()), ("id", "9".to_owned())]);
        let answer = ask(&nobody, &(method.clone(), path.clone()), sent);
        let refused = answer.status == 401;
        assert_eq!(refused, OWN_ACCOUNT.contains(&case.operation), "{}: {}", case.operation, answer.text());
        assert_ne!(answer.status, 403, "{}: {}", case.operation, answer.text());
    }
}
