//! Who may listen, and to what.

use super::deliver::{ADMINS, download_room, queue_room, user_room};
use super::standing::Checker;
use crate::App;
use actix_web::http::header;
use invoke_auth::{Held, SignInId};
use invoke_domain::UserId;
use invoke_socketio::{Accepted, Handler, Handshake, Rejected, SocketRef};
use serde_json::Value;
use std::sync::Arc;

/// What clients are told whatever was wrong, as the reference tells them.
const REJECTED: &str = "Connection rejected by server";
/// Longer names are no queue's.
const MAX_ROOM_NAME: usize = 255;

/// Somebody who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listener {
    /// The account.
    pub(crate) user_id: UserId,
    /// What was shown at the door, nothing in single-user mode.
    pub(crate) held: Option<Held>,
}

impl Listener {
    /// Whether it came in with this sign-in.
    pub(crate) fn is_of(&self, sid: &SignInId) -> bool {
        self.held.as_ref().is_some_and(|held| held.sid.as_ref() == Some(sid))
    }
}

/// Lets clients in.
pub(super) struct Sessions {
    app: Arc<App>,
    checker: Arc<Checker>,
}

impl Sessions {
    pub(super) fn new(app: Arc<App>, checker: Arc<Checker>) -> Self {
        Self { app, checker }
    }
}

impl Handler for Sessions {
    type User = Listener;

    async fn connect(&self, handshake: Handshake) -> Result<Accepted<Listener>, Rejected> {
        let rejected = || Rejected { message: REJECTED.into() };
        if !self.app.web.multiuser {
            let system = UserId::system();
            let rooms = vec![user_room(&system), ADMINS.to_owned()];
            return Ok(Accepted { user: Listener { user_id: system, held: None }, rooms });
        }
        let token = token(&handshake).ok_or_else(rejected)?;
        let app = self.app.clone();
        let checked = tokio::task::spawn_blocking(move || app.accounts.authenticate(&token)).await;
        let session = checked.ok().and_then(Result::ok).ok_or_else(rejected)?;
        let held = Some(Held::from(&session));
        // In no room yet: the account may be changed between this answer and the moment the socket can be found.
        Ok(Accepted { user: Listener { user_id: session.user.id, held }, rooms: Vec::new() })
    }

    async fn joined(&self, socket: &SocketRef<Listener>) {
        if socket.user().held.is_none() {
            return;
        }
        let (checker, socket) = (self.checker.clone(), socket.clone());
        let checked = tokio::task::spawn_blocking(move || checker.check(&[socket])).await;
        if let Err(error) = checked {
            tracing::error!(%error, "could not check who may listen");
        }
    }

    async fn event(&self, socket: &SocketRef<Listener>, name: &str, args: &[Value]) -> Option<Vec<Value>> {
        let argument = |key: &str| args.first()?[key].as_str().filter(|text| text.len() <= MAX_ROOM_NAME);
        match name {
            "subscribe_queue" => socket.join(&queue_room(argument("queue_id")?)),
            "unsubscribe_queue" => socket.leave(&queue_room(argument("queue_id")?)),
            "subscribe_bulk_download" => socket.join(&download_room(argument("bulk_download_id")?)),
            "unsubscribe_bulk_download" => socket.leave(&download_room(argument("bulk_download_id")?)),
            _ => return None,
        }
        Some(Vec::new())
    }
}

/// The token in the CONNECT packet, else in the header of the first request.
fn token(handshake: &Handshake) -> Option<String> {
    let packet = handshake.auth.as_ref().and_then(|auth| auth["token"].as_str());
    let header = || {
        let (scheme, token) = handshake.headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
    };
    packet.filter(|token| !token.is_empty()).or_else(header).map(str::to_owned)
}
