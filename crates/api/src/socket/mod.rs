//! Live events: who is let in, which rooms exist, and how an [`invoke_events::Event`] looks to whom.
//!
//! Rooms a client can not name: `user:<id>` and `admin` are joined by the server alone, `queue:<id>` and `download:<id>` on
//! request. The reference has one namespace for all four, so that anybody may listen to anybody; see
//! docs/compatibility.md.

mod deliver;
mod handler;
mod payload;

use crate::App;
use actix_web::web::ServiceConfig;
use handler::{Listener, Sessions};
use invoke_domain::new_uuid;
use invoke_socketio::{Server, Settings};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Where clients find the socket.
const PATH: &str = "/ws/socket.io";

/// The socket server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Live(Server<Sessions>);

impl Live {
    /// A socket server that passes on what is said on the app's bus.
    pub(crate) fn start(app: &Arc<App>) -> Self {
        let random = app.random.clone();
        let server = Server::new(Sessions::new(app.clone()), Settings::new(move || new_uuid(&*random)));
        let sockets = server.sockets();
        let clock = app.clock.clone();
        let mut events = app.bus.subscribe();
        // Its own thread: building a payload with a preview is work, and the bus may be quicker than all async threads
        // together are free. It ends with the last sender of the bus.
        std::thread::spawn(move || {
            loop {
                match events.blocking_recv() {
                    Ok(event) => deliver::deliver(&sockets, &event, clock.now().as_second()),
                    Err(RecvError::Lagged(missed)) => {
                        tracing::warn!(missed, "events came faster than they could be sent; pages will ask again");
                    }
                    Err(RecvError::Closed) => break,
                }
            }
        });
        Self(server)
    }

    /// Mounts the socket.
    pub(crate) fn mount(&self, service: &mut ServiceConfig) {
        self.0.configure(PATH, service);
    }

    /// Ends the connections of everybody that `is_meant`: signed out, deactivated, deleted.
    pub(crate) fn disconnect(&self, is_meant: impl Fn(&Listener) -> bool) {
        for socket in self.0.sockets().all() {
            if is_meant(socket.user()) {
                socket.disconnect();
            }
        }
    }
}
