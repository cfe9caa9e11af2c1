//! Live events: who is let in, which rooms exist, and how an [`invoke_events::Event`] looks to whom.
//!
//! Rooms a client can not name: `user:<id>` and `admin` are joined by the server alone, `queue:<id>` and `download:<id>` on
//! request. The reference has one namespace for all four, so that anybody may listen to anybody; see
//! docs/compatibility.md.

mod deliver;
mod handler;
mod payload;
mod standing;

use crate::App;
use actix_web::web::ServiceConfig;
pub(crate) use handler::Listener;
use handler::Sessions;
use invoke_domain::new_uuid;
use invoke_socketio::{Server, Settings, SocketRef};
use standing::{Checker, Watch};
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

/// Where clients find the socket.
const PATH: &str = "/ws/socket.io";

/// The socket server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Live {
    server: Server<Sessions>,
    checker: Arc<Checker>,
    _watch: Option<Watch>,
}

impl Live {
    /// A socket server that passes on what is said on the app's bus.
    pub(crate) fn start(app: &Arc<App>) -> Self {
        let random = app.random.clone();
        let checker = Arc::new(Checker::new(app.clone()));
        let sessions = Sessions::new(app.clone(), checker.clone());
        let server = Server::new(sessions, Settings::new(move || new_uuid(&*random)));
        // Where nobody signs in, nobody's rights can change.
        let watch = app.web.multiuser.then(|| Watch::start(&checker, server.sockets()));
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
        Self { server, checker, _watch: watch }
    }

    /// Mounts the socket.
    pub(crate) fn mount(&self, service: &mut ServiceConfig) {
        self.server.configure(PATH, service);
    }

    /// Looks again at everybody that `is_meant`, after what they may do has changed: ends the connections of those who were
    /// signed out, deactivated or removed, and lets the others into the administrators' room or out of it. Blocks.
    pub(crate) fn recheck(&self, is_meant: impl Fn(&Listener) -> bool) {
        let meant: Vec<SocketRef<Listener>> =
            self.server.sockets().all().into_iter().filter(|socket| is_meant(socket.user())).collect();
        self.checker.check(&meant);
    }
}
