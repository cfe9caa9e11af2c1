//! Who may listen, and to what.

use super::deliver::{ADMINS, EVERYBODY, download_room, queue_room, user_room};
use crate::App;
use actix_web::http::header;
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
    /// The sign-in behind the token, none in single-user mode.
    pub(crate) session: Option<String>,
}

/// Lets clients in.
pub(super) struct Sessions {
    app: Arc<App>,
}

impl Sessions {
    pub(super) fn new(app: Arc<App>) -> Self {
        Self { app }
    }
}

impl Handler for Sessions {
    type User = Listener;

    async fn connect(&self, handshake: Handshake) -> Result<Accepted<Listener>, Rejected> {
        let rejected = || Rejected { message: REJECTED.into() };
        if !self.app.web.multiuser {
            let system = UserId::system();
            let rooms = vec![user_room(&system), ADMINS.to_owned()];
            return Ok(Accepted { user: Listener { user_id: system, session: None }, rooms });
        }
        let token = token(&handshake).ok_or_else(rejected)?;
        let app = self.app.clone();
        let checked = tokio::task::spawn_blocking(move || app.accounts.authenticate(&token)).await;
        let session = checked.ok().and_then(Result::ok).ok_or_else(rejected)?;
        let mut rooms = vec![user_room(&session.user.id), EVERYBODY.to_owned()];
        // From the account as it is now, not from the token.
        if session.user.is_admin {
            rooms.push(ADMINS.to_owned());
        }
        Ok(Accepted { user: Listener { user_id: session.user.id, session: session.sid.map(|sid| sid.0) }, rooms })
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
