//! One engine.io session: a client, however it is connected at the moment.

use crate::error::Refusal;
use crate::hub::SocketRef;
use crate::outbox::{Outbox, Pushed, Text};
use crate::packet::CLOSE;
use crate::settings::Settings;
use actix_web::http::header::HeaderMap;
use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) struct Session<U> {
    pub(crate) id: String,
    /// Of the request that opened it.
    pub(crate) headers: HeaderMap,
    pub(crate) outbox: Outbox,
    pub(crate) pong: Notify,
    /// Releases the poll that waits when an upgrade begins.
    pub(crate) upgrade_began: Notify,
    /// The last packets have been delivered.
    pub(crate) drained: Notify,
    /// Its socket. Locked while a packet is handled: packets of one client are handled one after another.
    pub(crate) socket: tokio::sync::Mutex<Option<SocketRef<U>>>,
    transport: Mutex<Transport>,
}

/// How packets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    /// By requests; at most one waits for packets.
    Polling {
        waiting: bool,
    },
    /// A WebSocket was opened and is being probed; packets wait until it is decided.
    Upgrading,
    WebSocket,
}

impl<U> Session<U> {
    pub(crate) fn new(id: String, headers: HeaderMap, websocket: bool, settings: &Settings) -> Self {
        let transport = if websocket { Transport::WebSocket } else { Transport::Polling { waiting: false } };
        Self {
            id,
            headers,
            outbox: Outbox::new(settings.queue_packets, settings.queue_bytes),
            pong: Notify::new(),
            upgrade_began: Notify::new(),
            drained: Notify::new(),
            socket: tokio::sync::Mutex::new(None),
            transport: Mutex::new(transport),
        }
    }

    /// Sends a packet; a client that does not keep up is let go.
    pub(crate) fn send(&self, packet: impl Into<Text>) {
        if self.outbox.push(packet.into()) == Pushed::Full {
            tracing::warn!("a socket client does not read its packets; its session is closed");
            self.close();
        }
    }

    /// Ends the session; what waits is still delivered. The hub is cleared by the session's keeper.
    pub(crate) fn close(&self) {
        let last = (!self.is_websocket()).then(|| CLOSE.into());
        self.outbox.close(last);
    }

    pub(crate) fn is_websocket(&self) -> bool {
        *self.transport.lock() == Transport::WebSocket
    }

    /// Marks that a request waits for packets. `Ok(None)`: an upgrade is under way, there is nothing to wait for.
    pub(crate) fn begin_poll(&self) -> Result<Option<Poll<'_, U>>, Refusal> {
        let mut transport = self.transport.lock();
        match *transport {
            Transport::WebSocket => Err(Refusal::Upgraded),
            Transport::Upgrading => Ok(None),
            Transport::Polling { waiting: true } => Err(Refusal::PolledTwice),
            Transport::Polling { waiting: false } => {
                *transport = Transport::Polling { waiting: true };
                Ok(Some(Poll(self)))
            }
        }
    }

    /// A WebSocket wants to take over.
    pub(crate) fn begin_upgrade(&self) -> Result<(), Refusal> {
        let mut transport = self.transport.lock();
        if !matches!(*transport, Transport::Polling { .. }) {
            return Err(Refusal::Upgrade);
        }
        *transport = Transport::Upgrading;
        drop(transport);
        self.upgrade_began.notify_waiters();
        Ok(())
    }

    /// The WebSocket has taken over, or has failed to; does nothing when no upgrade is under way.
    pub(crate) fn end_upgrade(&self, succeeded: bool) {
        let mut transport = self.transport.lock();
        if *transport == Transport::Upgrading {
            *transport = if succeeded { Transport::WebSocket } else { Transport::Polling { waiting: false } };
        }
    }
}

/// A request that waits for packets; dropped with the request.
pub(crate) struct Poll<'a, U>(&'a Session<U>);

impl<U> Drop for Poll<'_, U> {
    fn drop(&mut self) {
        let mut transport = self.0.transport.lock();
        if let Transport::Polling { waiting } = &mut *transport {
            *waiting = false;
        }
    }
}
