//! What a client's packet does.

use crate::error::Refusal;
use crate::handler::{Handler, Handshake};
use crate::hub::{SocketInner, SocketRef};
use crate::packet::{self, Engine, Packet, ROOT};
use crate::server::Server;
use crate::session::Session;
use std::sync::Arc;

/// Handles one engine.io packet. An error ends the session.
pub(crate) async fn receive<H: Handler>(
    server: &Server<H>,
    session: &Arc<Session<H::User>>,
    text: &str,
) -> Result<(), Refusal> {
    match Engine::parse(text)? {
        Engine::Close => session.close(),
        Engine::Pong => session.pong.notify_one(),
        Engine::Nothing => {}
        Engine::Message(message) => message_of(server, session, Packet::parse(message)?).await,
    }
    Ok(())
}

async fn message_of<H: Handler>(server: &Server<H>, session: &Arc<Session<H::User>>, packet: Packet) {
    let mut socket = session.socket.lock().await;
    match packet {
        Packet::Connect { namespace, .. } if namespace != ROOT => session.send(packet::no_such_namespace(&namespace)),
        Packet::Connect { auth, .. } if socket.is_none() => {
            let handshake = Handshake { auth, headers: session.headers.clone() };
            match server.handler().connect(handshake).await {
                Ok(accepted) => {
                    let inner = SocketInner {
                        id: (server.settings().new_id)(),
                        user: accepted.user,
                        session: session.clone(),
                        hub: server.hub().clone(),
                    };
                    let connected = SocketRef { inner: Arc::new(inner) };
                    // First the answer, then the rooms: no event overtakes it.
                    session.send(packet::connected(connected.id()));
                    if server.hub().add(&connected, accepted.rooms) {
                        server.handler().joined(&connected).await;
                        *socket = Some(connected);
                    }
                }
                Err(rejected) => session.send(packet::rejected(&rejected.message)),
            }
        }
        Packet::Disconnect { namespace } if namespace == ROOT => {
            if let Some(socket) = socket.take() {
                server.hub().remove(socket.id());
            }
        }
        Packet::Event { namespace, ack, name, args } if namespace == ROOT => {
            let Some(socket) = &*socket else { return };
            let answer = server.handler().event(socket, &name, &args).await;
            if let (Some(id), Some(answer)) = (ack, answer) {
                session.send(packet::ack(id, &answer));
            }
        }
        // A second connect, and packets of namespaces nobody is in, mean nothing.
        Packet::Connect { .. } | Packet::Disconnect { .. } | Packet::Event { .. } | Packet::Ack => {}
    }
}
