//! Who gets in: every operation of the OpenAPI document, asked by nobody, with a token that does not count (garbage,
//! forged, expired, signed out, of a changed password, of a deactivated account), by another user, by the owner and by an
//! administrator. An operation without a case fails; the list of those that need nobody should only ever shrink.
//!
//! To add an operation: one line in [`cases`], with what another user, the owner and an administrator get. What the
//! others get follows from that line. `walk.rs` asks for every operation, `pictures.rs` does so with the media cookie,
//! `sockets.rs` does the same for live events.

mod pictures;
mod sockets;
mod walk;

use invoke_tests::clock::FixedClock;
use invoke_tests::{Answer, Client, PASSWORD, TestServer, documents, graphs};
use jiff::ToSpan;
use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Operations that need nobody, and what nobody gets.
const OPEN: [(&str, u16); 6] = [
    ("app_version", 200),
    ("get_model_image", 404),
    ("get_setup_status_api_v1_auth_status_get", 200),
    ("login_api_v1_auth_login_post", 422),
    ("setup_admin_api_v1_auth_setup_post", 422),
    ("recover_admin_api_v1_auth_recover_post", 422),
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
#[derive(Default, Clone)]
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

/// Why a token does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// There is none.
    Missing,
    /// It is none of ours, or its time is over.
    Invalid,
    /// It was ours; its account or its sign-in has ended.
    Ended,
}

/// Somebody whose request must not get through.
struct Refused {
    who: &'static str,
    client: Client,
    why: Refusal,
}

impl World {
    fn new(server: TestServer) -> Self {
        let (owner, other, admin) = (server.user("owner"), server.user("other"), server.admin().clone());
        Self { server, owner, other, admin }
    }

    /// A world, and everybody who is kept out of it.
    fn with_refused() -> (Self, Vec<Refused>) {
        let clock = FixedClock::new();
        let server = TestServer::multiuser().clock(clock.clone()).without_workers().start();
        let expired = server.user("expired");
        clock.advance(25.hours());
        let world = Self::new(server);
        let refused = |who, client, why| Refused { who, client, why };
        let nobody = world.server.nobody();
        let everybody = vec![
            refused("nobody", nobody.clone(), Refusal::Missing),
            refused("garbage", nobody.with_token("abc.def.ghi"), Refusal::Invalid),
            refused("a forged token", nobody.with_token(&forged(world.owner.token())), Refusal::Invalid),
            refused("an expired token", expired, Refusal::Invalid),
            refused("somebody who signed out", world.signed_out(), Refusal::Ended),
            refused(
                "a deactivated account",
                world.changed("deactivated", &json!({ "is_active": false })),
                Refusal::Ended,
            ),
            refused(
                "a changed password",
                world.changed("changed", &json!({ "password": "Changed2horse" })),
                Refusal::Ended,
            ),
        ];
        (world, everybody)
    }

    fn signed_out(&self) -> Client {
        let client = self.server.sign_in("other@example.com");
        client.post("/api/v1/auth/logout", &json!({})).ok();
        client
    }

    /// A new account, signed in before an administrator changed it.
    fn changed(&self, name: &str, change: &Value) -> Client {
        let client = self.server.user(name);
        let id = self.server.actor(&client).user_id().to_string();
        let request = self.admin.request(Method::PATCH, &format!("/api/v1/auth/users/{id}")).json(change);
        Answer::of(request).ok();
        client
    }

    /// A caller, or the same one signed in once more for what ends a session.
    fn caller(&self, client: &Client, sent: &Sent) -> Client {
        if !sent.anew {
            return client.clone();
        }
        let email = client.get("/api/v1/auth/me").ok()["email"].as_str().unwrap().to_owned();
        self.server.sign_in(&email)
    }

    fn callers(&self) -> [(&'static str, &Client); 3] {
        [("another user", &self.other), ("the owner", &self.owner), ("an administrator", &self.admin)]
    }

    fn image(&self) -> Sent {
        parts([("image_name", self.server.store_image(&self.owner, None).name.0)])
    }

    /// A new board of the owner's, and a picture of theirs on no board.
    fn board(&self) -> Sent {
        parts([("board_id", self.board_id())])
    }

    fn board_id(&self) -> String {
        let board = self.owner.post("/api/v1/boards/?board_name=b", &json!({})).ok();
        board["board_id"].as_str().unwrap().to_owned()
    }

    fn share(&self) -> Sent {
        let other = self.server.actor(&self.other).user_id().to_string();
        parts([("board_id", self.board_id()), ("user_id", other)])
    }

    /// Nothing, once no files are being moved any more; asking is the waiting.
    fn still_files(&self) -> Sent {
        while self.admin.get("/api/v1/image_moves/status").ok()["is_running"] == true {}
        Sent::default()
    }

    /// A board and a picture of the owner's, as a body.
    fn placed(&self) -> Value {
        json!({ "board_id": self.board_id(), "image_name": self.server.store_image(&self.owner, None).name.0 })
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

    fn workflow(&self) -> Sent {
        let made = self.owner.post("/api/v1/workflows/", &documents::body(&documents::workflow("Flow"))).ok();
        parts([("workflow_id", made["workflow_id"].as_str().unwrap().to_owned())])
    }

    /// The same with its document as the body.
    fn changed_workflow(&self) -> Sent {
        let sent = self.workflow();
        let mut document = documents::workflow("Flow");
        document["id"] = sent.parts[0].1.clone().into();
        body(sent, documents::body(&document))
    }

    fn preset(&self) -> Sent {
        let made = documents::create_preset(&self.owner, "Style", None).ok();
        parts([("style_preset_id", made["id"].as_str().unwrap().to_owned())])
    }

    fn prompt(&self) -> Sent {
        let made = self.owner.post("/api/v1/system_prompts/", &json!({ "name": "a", "content": "b" })).ok();
        parts([("system_prompt_id", made["id"].as_str().unwrap().to_owned())])
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

fn provider(_: &World) -> Sent {
    parts([("provider_id", "openai".to_owned())])
}

fn pair(_: &World) -> Sent {
    body(Sent::default(), json!({ "model_key_1": "a", "model_key_2": "b" }))
}

fn video(_: &World) -> Sent {
    parts([("video_name", "nope.mp4".to_owned())])
}

fn videos(_: &World) -> Sent {
    body(Sent::default(), json!({ "video_names": ["nope.mp4"] }))
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
        case("list_missing_models", nothing, EVERYBODY),
        case(
            "get_model_records_by_attrs",
            |_| Sent { query: "name=x&type=main&base=sd-1", ..Sent::default() },
            [404, 404, 404],
        ),
        case("get_model_records_by_hash", |_| Sent { query: "hash=x", ..Sent::default() }, [404, 404, 404]),
        case("scan_for_models", |_| Sent { query: "scan_path=/nope", ..Sent::default() }, [403, 403, 400]),
        case("update_model_record", |world| body(model(world), json!({ "name": "x" })), [403, 403, 404]),
        case("reidentify_model", model, [403, 403, 404]),
        case("bulk_delete_models", |_| body(Sent::default(), json!({ "keys": [] })), ADMINS),
        case("bulk_reidentify_models", |_| body(Sent::default(), json!({ "keys": [] })), ADMINS),
        case("update_model_image", model, [403, 403, 404]),
        case("delete_model_image", model, [403, 403, 404]),
        case("get_model_access", model, [403, 403, 404]),
        case("set_model_access", |world| body(model(world), json!({ "restricted": false })), [403, 403, 404]),
        case("convert_model", model, [403, 403, 424]),
        case("empty_model_cache", nothing, ADMINS),
        case("get_orphaned_models", nothing, ADMINS),
        case("delete_orphaned_models", |_| body(Sent::default(), json!({ "paths": [] })), ADMINS),
        case("prune_model_install_jobs", nothing, [403, 403, 204]),
        case("cancel_model_install_job", |_| parts([("id", "7".to_owned())]), [403, 403, 415]),
        case("pause_model_install_job", |_| parts([("id", "7".to_owned())]), [403, 403, 415]),
        case("resume_model_install_job", |_| parts([("id", "7".to_owned())]), [403, 403, 415]),
        case("restart_failed_model_install_job", |_| parts([("id", "7".to_owned())]), [403, 403, 415]),
        case(
            "restart_model_install_file",
            |_| body(parts([("id", "7".to_owned())]), json!("https://host.test/file")),
            [403, 403, 415],
        ),
        case(
            "install_hugging_face_model",
            |_| Sent { query: "source=no%20repository", ..Sent::default() },
            [403, 403, 400],
        ),
        case(
            "get_hugging_face_models",
            |_| Sent { query: "hugging_face_repo=no%20repository", ..Sent::default() },
            [403, 403, 400],
        ),
        case("get_hf_login_status", nothing, ADMINS),
        case("do_hf_login", |_| body(Sent::default(), json!({ "token": "two words" })), ADMINS),
        case("reset_hf_token", nothing, ADMINS),
        case("get_starter_models", nothing, ADMINS),
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
        case(
            "upload_image",
            |_| Sent { query: "image_category=user&is_intermediate=false", ..Sent::default() },
            [422; 3],
        ),
        case(
            "create_image_upload_entry",
            |_| body(Sent::default(), json!({ "width": 1, "height": 1 })),
            [501, 501, 501],
        ),
        case("update_image", |world| body(world.image(), json!({ "starred": true })), OWNER),
        case("get_image_urls", World::image, OWNER),
        case("clear_intermediates", nothing, ADMINS),
        case("delete_uncategorized_images", nothing, EVERYBODY),
        case("delete_images_from_list", |_| body(Sent::default(), json!({ "image_names": [] })), EVERYBODY),
        case("star_images_in_list", |_| body(Sent::default(), json!({ "image_names": [] })), EVERYBODY),
        case("unstar_images_in_list", |_| body(Sent::default(), json!({ "image_names": [] })), EVERYBODY),
        case(
            "download_images_from_list",
            |world| body(Sent::default(), json!({ "board_id": world.board_id() })),
            [403, 202, 202],
        ),
        case(
            "get_bulk_download_item",
            |_| parts([("bulk_download_item_name", "nope.zip".to_owned())]),
            [404, 404, 404],
        ),
        case("start_image_move", World::still_files, [403, 403, 202]),
        case("start_image_move_recovery", World::still_files, [403, 403, 202]),
        case("get_image_move_status", nothing, ADMINS),
        case("list_gallery_items", nothing, EVERYBODY),
        case("list_gallery_item_names", nothing, EVERYBODY),
        case("get_gallery_item_names", nothing, EVERYBODY),
        case("list_virtual_boards_by_date", nothing, EVERYBODY),
        case("list_virtual_board_image_names_by_date", |_| parts([("date", "2026-01-01".to_owned())]), EVERYBODY),
        case("list_virtual_board_item_names_by_date", |_| parts([("date", "2026-01-01".to_owned())]), EVERYBODY),
        case("create_board", |_| Sent { query: "board_name=b", ..Sent::default() }, [201, 201, 201]),
        case("list_boards", nothing, EVERYBODY),
        case("get_board", World::board, OWNER),
        case("update_board", |world| body(world.board(), json!({ "archived": true })), [403, 201, 201]),
        case("delete_board", World::board, OWNER),
        case("list_all_board_image_names", World::board, OWNER),
        case("list_board_shares", World::board, OWNER),
        case("list_board_share_history", World::board, OWNER),
        // By default administrators begin to share a board.
        case("list_board_share_candidates", World::board, ADMINS),
        case("set_board_share", |world| body(world.share(), json!({ "level": "read" })), ADMINS),
        case("delete_board_share", World::share, [403, 403, 404]),
        case("add_image_to_board", |world| body(Sent::default(), world.placed()), [403, 201, 201]),
        case(
            "remove_image_from_board",
            |world| body(Sent::default(), json!({ "image_name": world.placed()["image_name"] })),
            [403, 201, 201],
        ),
        case(
            "add_images_to_board",
            |world| body(Sent::default(), json!({ "board_id": world.board_id(), "image_names": [] })),
            [403, 201, 201],
        ),
        case("remove_images_from_board", |_| body(Sent::default(), json!({ "image_names": [] })), [201, 201, 201]),
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
        case("get_queue_overview", queue, ADMINS),
        case("get_invocation_cache_status", nothing, ADMINS),
        case("enable_invocation_cache", nothing, ADMINS),
        case("disable_invocation_cache", nothing, ADMINS),
        case("clear_invocation_cache", nothing, ADMINS),
        case("pause", queue, ADMINS),
        case("resume", queue, ADMINS),
        case("get_app_deps", nothing, EVERYBODY),
        case("get_patchmatch_status", nothing, EVERYBODY),
        case("get_generation_device_options", nothing, EVERYBODY),
        case("get_runtime_config", nothing, ADMINS),
        case("update_runtime_config", |_| body(Sent::default(), json!({})), ADMINS),
        case("get_external_provider_statuses", nothing, EVERYBODY),
        case("get_external_provider_configs", nothing, ADMINS),
        case("set_external_provider_config", |world| body(provider(world), json!({})), [403, 403, 404]),
        case("reset_external_provider_config", provider, [403, 403, 404]),
        case("get_backup", nothing, ADMINS),
        case("start_backup", nothing, [403, 403, 202]),
        case("get_log_level", nothing, ADMINS),
        case("set_log_level", |_| body(Sent::default(), json!(20)), ADMINS),
        case("list_user_fonts", nothing, EVERYBODY),
        case("get_user_font_file", |_| parts([("font_path", "nope.ttf".to_owned())]), [404, 404, 404]),
        case("parse_dynamicprompts", |_| body(Sent::default(), json!({ "prompt": "a {red|blue} cat" })), EVERYBODY),
        case(
            "expand_prompt",
            |_| body(Sent::default(), json!({ "prompt": "cat", "model_key": "nope" })),
            [404, 404, 404],
        ),
        case(
            "image_to_prompt",
            |world| {
                let name = world.image().parts[0].1.clone();
                body(Sent::default(), json!({ "image_name": name, "model_key": "nope" }))
            },
            // The picture is asked for first.
            [403, 404, 404],
        ),
        case("list_workflows", nothing, EVERYBODY),
        case("get_all_tags", nothing, EVERYBODY),
        case("get_counts_by_tag", |_| Sent { query: "tags=a", ..Sent::default() }, EVERYBODY),
        case("counts_by_category", |_| Sent { query: "categories=user", ..Sent::default() }, EVERYBODY),
        case("create_workflow", |_| body(Sent::default(), documents::body(&documents::workflow("Flow"))), EVERYBODY),
        case("get_workflow", World::workflow, OWNER),
        case("update_workflow", World::changed_workflow, OWNER),
        case("delete_workflow", World::workflow, OWNER),
        case(
            "update_workflow_is_public",
            |world| body(world.workflow(), json!({ "is_public": true })),
            // Publishing is for administrators unless the settings say otherwise.
            ADMINS,
        ),
        case("update_opened_at", World::workflow, OWNER),
        // Whoever may, sends no picture here.
        case("set_workflow_thumbnail", World::workflow, [403, 422, 422]),
        case("delete_workflow_thumbnail", World::workflow, [403, 404, 404]),
        case("get_workflow_thumbnail", World::workflow, [403, 404, 404]),
        case("list_style_presets", nothing, EVERYBODY),
        case("create_style_preset", nothing, [422, 422, 422]),
        case("get_style_preset", World::preset, OWNER),
        case("update_style_preset", World::preset, [403, 422, 422]),
        case("delete_style_preset", World::preset, OWNER),
        case("get_style_preset_image", World::preset, [403, 404, 404]),
        case("export_style_presets", nothing, ADMINS),
        case("import_style_presets", nothing, [403, 403, 422]),
        case("list_system_prompts", nothing, EVERYBODY),
        case("create_system_prompt", |_| body(Sent::default(), json!({ "name": "a", "content": "b" })), EVERYBODY),
        case("get_system_prompt", World::prompt, OWNER),
        case("update_system_prompt", |world| body(world.prompt(), json!({})), OWNER),
        case("delete_system_prompt", World::prompt, OWNER),
        case("update_recall_parameters", |world| body(queue(world), json!({ "steps": 3 })), EVERYBODY),
        case("get_recall_parameters", queue, EVERYBODY),
        case("get_related_models", |_| parts([("model_key", "nope".to_owned())]), EVERYBODY),
        case("get_related_models_batch", |_| body(Sent::default(), json!({ "model_keys": [] })), EVERYBODY),
        case("add_model_relationship_api_v1_model_relationships__post", pair, [403, 403, 400]),
        case("remove_model_relationship_api_v1_model_relationships__delete", pair, [403, 403, 204]),
        case("list_custom_node_packs", nothing, ADMINS),
        case(
            "install_custom_node_pack",
            |_| body(Sent::default(), json!({ "source": "https://example.com/x.git" })),
            [403, 403, 501],
        ),
        case("reload_custom_nodes", nothing, [403, 403, 501]),
        case("uninstall_custom_node_pack", |_| parts([("pack_name", "nope".to_owned())]), [403, 403, 501]),
        case("list_video_dtos", nothing, EVERYBODY),
        case("get_video_names", nothing, EVERYBODY),
        case("upload_video", nothing, [501, 501, 501]),
        case("delete_videos_from_list", videos, EVERYBODY),
        case("star_videos_in_list", videos, EVERYBODY),
        case("unstar_videos_in_list", videos, EVERYBODY),
        case("delete_uncategorized_videos", nothing, EVERYBODY),
        case(
            "add_video_to_board",
            |_| body(Sent::default(), json!({ "board_id": "b", "video_name": "v" })),
            [404, 404, 404],
        ),
        case("remove_video_from_board", |_| body(Sent::default(), json!({ "video_name": "v" })), [404, 404, 404]),
        case("get_video_dto", video, [404, 404, 404]),
        case("update_video", video, [404, 404, 404]),
        case("delete_video", video, [404, 404, 404]),
        case("get_video_metadata", video, [404, 404, 404]),
        case("get_video_workflow", video, [404, 404, 404]),
        case("get_video_urls", video, [404, 404, 404]),
        case("get_video_full", video, [404, 404, 404]),
        case("get_video_full_head", video, [404, 404, 404]),
        case("get_video_thumbnail", video, [404, 404, 404]),
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

/// The token with its claims turned around and its signature kept.
fn forged(token: &str) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts[1] = parts[1].chars().rev().collect();
    parts.join(".")
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

fn ask(client: &Client, operation: &(Method, String), sent: &Sent) -> Answer {
    Answer::of(request(client, operation, sent))
}

fn request(client: &Client, (method, path): &(Method, String), sent: &Sent) -> RequestBuilder {
    let path = sent.parts.iter().fold(path.clone(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    assert!(!path.contains('{'), "{path} has a part without a value");
    let path = if sent.query.is_empty() { path } else { format!("{path}?{}", sent.query) };
    let request = client.request(method.clone(), &path);
    match &sent.body {
        Some(body) => request.json(body),
        None => request,
    }
}
