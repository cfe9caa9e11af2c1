//! The server: a handler, its numbers and its sockets.

use crate::handler::Handler;
use crate::http;
use crate::hub::{Hub, Sockets};
use crate::settings::Settings;
use actix_web::{HttpRequest, web};
use std::sync::Arc;

/// A socket.io server to be mounted in an actix application; cheap to clone.
pub struct Server<H: Handler>(Arc<Inner<H>>);

struct Inner<H: Handler> {
    handler: H,
    settings: Settings,
    hub: Arc<Hub<H::User>>,
}

impl<H: Handler> Clone for Server<H> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<H: Handler> std::fmt::Debug for Server<H> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("settings", &self.0.settings).finish_non_exhaustive()
    }
}

impl<H: Handler> Server<H> {
    /// A server without clients.
    pub fn new(handler: H, settings: Settings) -> Self {
        Self(Arc::new(Inner { handler, settings, hub: Arc::new(Hub::default()) }))
    }

    /// The connected sockets.
    pub fn sockets(&self) -> Sockets<H::User> {
        Sockets(self.0.hub.clone())
    }

    /// Serves at `path` (such as `/ws/socket.io`), with and without a slash at its end.
    pub fn configure(&self, path: &str, config: &mut web::ServiceConfig) {
        let path = path.trim_end_matches('/');
        for path in [path.to_owned(), format!("{path}/")] {
            let server = self.clone();
            config.route(
                &path,
                web::to(move |request: HttpRequest, payload: web::Payload| {
                    http::serve(server.clone(), request, payload)
                }),
            );
        }
    }

    pub(crate) fn handler(&self) -> &H {
        &self.0.handler
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn hub(&self) -> &Arc<Hub<H::User>> {
        &self.0.hub
    }
}
