//! What the application decides.

use crate::SocketRef;
use actix_web::http::header::HeaderMap;
use serde_json::Value;
use std::future::Future;

/// The application's side of a server.
pub trait Handler: Send + Sync + 'static {
    /// What the application knows about a connected socket.
    type User: Send + Sync + 'static;

    /// A client wants to connect: who is it?
    fn connect(&self, handshake: Handshake) -> impl Future<Output = Result<Accepted<Self::User>, Rejected>> + Send;

    /// A client has connected: its socket can be found from now on. Whatever it sent next waits until this is done.
    fn joined(&self, socket: &SocketRef<Self::User>) -> impl Future<Output = ()> + Send {
        let _ = socket;
        async {}
    }

    /// A client sent an event. `Some` is the acknowledgement's arguments, sent if the client asked for one; `None` says
    /// that the event means nothing here.
    fn event(
        &self,
        socket: &SocketRef<Self::User>,
        name: &str,
        args: &[Value],
    ) -> impl Future<Output = Option<Vec<Value>>> + Send;
}

/// What is known of a client that wants to connect.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// The payload of its CONNECT packet.
    pub auth: Option<Value>,
    /// Headers of the request that opened the session.
    pub headers: HeaderMap,
}

/// A client that may connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted<U> {
    /// What to remember about it.
    pub user: U,
    /// Rooms it is in from the start.
    pub rooms: Vec<String>,
}

/// A client that may not connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// What it is told.
    pub message: String,
}
