//! A socket.io 5 server over engine.io 4 (long polling and WebSocket, with upgrade) for actix. It knows sockets, rooms
//! and events, and nothing of what they mean: that is the [`Handler`]'s.
//!
//! ```text
//! http.rs       one request: opens a session, polls it, posts to it, or turns into websocket.rs
//! session.rs    one engine.io session: its transport and its outbox of packets to send
//! keeper.rs     pings and deadlines of a session
//! inbound.rs    what a client's packet does
//! hub.rs        all sessions, sockets and rooms; what `Sockets` offers
//! packet.rs     the text of packets
//! ```
//!
//! Left out on purpose: engine.io 3, JSONP, binary attachments, namespaces other than `/`, and cross-origin rules, which
//! belong to the application around it.

mod error;
mod handler;
mod http;
mod hub;
mod inbound;
mod keeper;
mod outbox;
mod packet;
mod server;
mod session;
mod settings;
mod websocket;

pub use handler::{Accepted, Handler, Handshake, Rejected};
pub use hub::{SocketRef, Sockets};
pub use server::Server;
pub use settings::Settings;
