//! Which room gets which form of an event. The table is section 4 of the reference's socket contract.

use super::handler::Listener;
use super::payload::{self, View};
use invoke_domain::{ItemId, UserId};
use invoke_events::{DownloadState, Event, FileDownload, FilePart, FileState, WorkflowChange, WorkflowEvent};
use invoke_socketio::Sockets;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The room of all administrators.
pub(super) const ADMINS: &str = "admin";

/// The one id all downloads have.
const DOWNLOADS: &str = "default";

/// The room of those who follow downloads in single-user mode.
pub(super) fn download_room(id: &str) -> String {
    format!("download:{id}")
}

/// The room of everybody.
pub(super) const EVERYBODY: &str = "workflows:shared";

/// The room of one user's clients.
pub(super) fn user_room(user: &UserId) -> String {
    format!("user:{user}")
}

/// The room of those who follow a queue.
pub(super) fn queue_room(queue_id: &str) -> String {
    format!("queue:{queue_id}")
}

/// Sends `event` to whom it concerns.
pub(super) fn deliver(sockets: &Sockets<Listener>, event: &Event, timestamp: i64) {
    let send =
        |rooms: &[&str], except: &[&str], name: &str, payload: &Value| sockets.emit(rooms, except, name, payload);
    match event {
        Event::BatchEnqueued(batch) => {
            let (owner, queue) = (user_room(&batch.user_id), queue_room(batch.queue_id.as_str()));
            let payload = |view| payload::batch_enqueued(batch, view, timestamp);
            send(&[&owner, ADMINS], &[], "batch_enqueued", &payload(View::Full));
            send(&[&queue], &[&owner, ADMINS], "batch_enqueued", &payload(View::Redacted));
        }
        Event::ItemStatusChanged(change) => {
            let (owner, queue) = (user_room(&change.item.user_id), queue_room(change.item.queue_id.as_str()));
            let payload = |view| payload::item_changed(change, view, timestamp);
            send(&[&owner, ADMINS], &[], "queue_item_status_changed", &payload(View::Full));
            send(&[&queue], &[&owner, ADMINS], "queue_item_status_changed", &payload(View::Redacted));
        }
        Event::ItemsCanceled { queue_id, items } => {
            by_owner(sockets, "queue_items_canceled", "canceled", queue_id.as_str(), items, timestamp);
        }
        Event::ItemsRetried { queue_id, items } => {
            by_owner(sockets, "queue_items_retried", "retried", queue_id.as_str(), items, timestamp);
        }
        Event::QueueCleared { queue_id, user_id } => {
            let queue = queue_room(queue_id.as_str());
            let payload = |view| payload::queue_cleared(queue_id.as_str(), user_id.as_ref(), view, timestamp);
            match user_id {
                None => send(&[&queue], &[], "queue_cleared", &payload(View::Full)),
                Some(user) => {
                    let owner = user_room(user);
                    send(&[&owner, ADMINS], &[], "queue_cleared", &payload(View::Full));
                    send(&[&queue], &[&owner, ADMINS], "queue_cleared", &payload(View::Redacted));
                }
            }
        }
        Event::Node(node) => {
            let owner = user_room(&node.user_id);
            let (name, payload) = payload::node(node, timestamp);
            let progress = matches!(node.report, invoke_events::NodeReport::Progress { .. });
            // What a picture looks like on the way is its owner's business alone.
            let rooms: &[&str] = if progress { &[&owner] } else { &[&owner, ADMINS] };
            send(rooms, &[], name, &payload);
        }
        Event::ModelLoad { config, submodel, user_id, done } => {
            let name = if *done { "model_load_complete" } else { "model_load_started" };
            let payload =
                json!({ "timestamp": timestamp, "config": config, "submodel_type": submodel, "user_id": user_id });
            send(&[&user_room(user_id)], &[], name, &payload);
        }
        Event::Download { id, name, user_id, state } => {
            let (event, error) = match state {
                DownloadState::Started => ("bulk_download_started", None),
                DownloadState::Complete => ("bulk_download_complete", None),
                DownloadState::Failed(reason) => ("bulk_download_error", Some(reason)),
            };
            let mut payload = json!({
                "timestamp": timestamp, "bulk_download_id": DOWNLOADS, "bulk_download_item_id": id,
                "bulk_download_item_name": name, "user_id": user_id,
            });
            if let Some(error) = error {
                payload["error"] = json!(error);
            }
            // The one user of single-user mode is told in the room the pages join for it.
            let owner = if user_id.is_system() { download_room(DOWNLOADS) } else { user_room(user_id) };
            let rooms: &[&str] = if user_id.is_system() { &[&owner] } else { &[&owner, ADMINS] };
            send(rooms, &[], event, &payload);
        }
        Event::Workflow(event) => workflow(sockets, event, timestamp),
        Event::ParametersRecalled { queue_id, user_id, parameters } => {
            let payload = json!({
                "timestamp": timestamp, "queue_id": queue_id, "user_id": user_id, "parameters": parameters,
            });
            send(&[&user_room(user_id), ADMINS], &[], "recall_parameters_updated", &payload);
        }
        Event::InstallStarted { job, source } => {
            let payload = json!({ "timestamp": timestamp, "id": job, "source": source });
            send(&[ADMINS], &[], "model_install_started", &payload);
        }
        Event::InstallComplete { job, source, key, total_bytes, config } => {
            let payload = json!({
                "timestamp": timestamp, "id": job, "source": source, "key": key, "total_bytes": total_bytes, "config": config,
            });
            send(&[ADMINS], &[], "model_install_complete", &payload);
        }
        Event::InstallProgress { job, source, local_path, bytes, total_bytes, parts } => {
            let parts: Vec<Value> = parts.iter().map(file_part).collect();
            let payload = json!({
                "timestamp": timestamp, "id": job, "source": source, "local_path": local_path, "bytes": bytes,
                "total_bytes": total_bytes, "parts": parts,
            });
            send(&[ADMINS], &[], "model_install_download_progress", &payload);
        }
        Event::InstallDownloadsComplete { job, source } => {
            let payload = json!({ "timestamp": timestamp, "id": job, "source": source });
            send(&[ADMINS], &[], "model_install_downloads_complete", &payload);
        }
        Event::InstallCancelled { job, source } => {
            let payload = json!({ "timestamp": timestamp, "id": job, "source": source });
            send(&[ADMINS], &[], "model_install_cancelled", &payload);
        }
        Event::FileDownload(download) => {
            let (name, payload) = file_download(download, timestamp);
            send(&[ADMINS], &[], name, &payload);
        }
        Event::InstallFailed { job, source, failure } => {
            let payload = json!({
                "timestamp": timestamp, "id": job, "source": source, "error_type": failure.kind, "error": failure.message,
            });
            send(&[ADMINS], &[], "model_install_error", &payload);
        }
    }
}

fn file_part(part: &FilePart) -> Value {
    // The reference writes the path it does not know yet as this word.
    let path = part.local_path.as_deref().unwrap_or("None");
    json!({ "url": part.url, "local_path": path, "bytes": part.bytes, "total_bytes": part.total_bytes })
}

fn file_download(download: &FileDownload, timestamp: i64) -> (&'static str, Value) {
    let FileDownload { source, path, state } = download;
    match state {
        FileState::Started => {
            ("download_started", json!({ "timestamp": timestamp, "source": source, "download_path": path }))
        }
        FileState::Progress { bytes, total } => (
            "download_progress",
            json!({
                "timestamp": timestamp, "source": source, "download_path": path, "current_bytes": bytes, "total_bytes": total,
            }),
        ),
        FileState::Complete { total } => (
            "download_complete",
            json!({ "timestamp": timestamp, "source": source, "download_path": path, "total_bytes": total }),
        ),
        FileState::Cancelled => ("download_cancelled", json!({ "timestamp": timestamp, "source": source })),
        FileState::Failed(failure) => (
            "download_error",
            json!({
                "timestamp": timestamp, "source": source, "error_type": failure.kind, "error": failure.message,
            }),
        ),
    }
}

/// Its owner and administrators hear of a workflow; everybody, while it is or was public. When it is taken back,
/// everybody is told that they lost it.
fn workflow(sockets: &Sockets<Listener>, event: &WorkflowEvent, timestamp: i64) {
    let WorkflowEvent { id, user_id, change } = event;
    let owner = user_room(user_id);
    let base = json!({ "timestamp": timestamp, "workflow_id": id, "user_id": user_id });
    let with = |more: &[(&str, bool)]| {
        let mut payload = base.clone();
        for (key, value) in more {
            payload[*key] = (*value).into();
        }
        payload
    };
    let (name, payload, everybody) = match *change {
        WorkflowChange::Created { is_public } => ("workflow_created", with(&[("is_public", is_public)]), is_public),
        WorkflowChange::Updated { was_public, is_public } => {
            let payload = with(&[("old_is_public", was_public), ("new_is_public", is_public)]);
            ("workflow_updated", payload, is_public)
        }
        WorkflowChange::Deleted { was_public } => ("workflow_deleted", with(&[("is_public", was_public)]), was_public),
    };
    let rooms: &[&str] = if everybody { &[&owner, ADMINS, EVERYBODY] } else { &[&owner, ADMINS] };
    sockets.emit(rooms, &[], name, &payload);
    if matches!(change, WorkflowChange::Updated { was_public: true, is_public: false }) {
        sockets.emit(&[EVERYBODY], &[], "workflow_access_revoked", &base);
    }
}

/// Administrators get all items, each owner the own ones, everybody else in the queue's room empty lists.
fn by_owner(
    sockets: &Sockets<Listener>,
    name: &str,
    word: &str,
    queue_id: &str,
    items: &[(UserId, ItemId)],
    timestamp: i64,
) {
    sockets.emit(&[ADMINS], &[], name, &payload::items(word, queue_id, items, timestamp));
    let owners: BTreeSet<&UserId> = items.iter().map(|(user, _)| user).collect();
    let mut told = vec![ADMINS.to_owned()];
    for owner in owners {
        let own: Vec<(UserId, ItemId)> = items.iter().filter(|(user, _)| user == owner).cloned().collect();
        let room = user_room(owner);
        sockets.emit(&[&room], &[ADMINS], name, &payload::items(word, queue_id, &own, timestamp));
        told.push(room);
    }
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    sockets.emit(&[&queue_room(queue_id)], &told, name, &payload::items(word, queue_id, &[], timestamp));
}
