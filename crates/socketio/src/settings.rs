//! Numbers of a server; the defaults are those that clients expect.

use std::sync::Arc;
use std::time::Duration;

/// Limits and intervals.
#[derive(Clone)]
pub struct Settings {
    /// Time between two pings.
    pub ping_interval: Duration,
    /// Time a client has to answer a ping.
    pub ping_timeout: Duration,
    /// Time a client has to connect to the namespace after it opened a session, and to finish an upgrade.
    pub connect_timeout: Duration,
    /// Largest body of a POST, largest WebSocket message.
    pub max_payload: usize,
    /// Packets that may wait for a slow client before its session is closed.
    pub queue_packets: usize,
    /// Bytes that may wait for a slow client before its session is closed.
    pub queue_bytes: usize,
    /// Sessions open at once; more are turned away.
    pub max_sessions: usize,
    /// Makes ids that cannot be guessed: who knows the id of a polling session may speak as its client.
    pub new_id: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Settings {
    /// The usual numbers, with this source of ids.
    pub fn new(new_id: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self {
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(30),
            max_payload: 1_000_000,
            queue_packets: 2_000,
            queue_bytes: 16 * 1024 * 1024,
            max_sessions: 4_096,
            new_id: Arc::new(new_id),
        }
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("ping_interval", &self.ping_interval)
            .field("ping_timeout", &self.ping_timeout)
            .field("max_payload", &self.max_payload)
            .finish_non_exhaustive()
    }
}
