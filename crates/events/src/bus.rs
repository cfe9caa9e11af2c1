//! One sender for all, any number of listeners.

use crate::Event;
use std::sync::Arc;
use tokio::sync::broadcast;

/// The in-process event bus. Cheap to clone; sending never blocks and never fails.
#[derive(Debug, Clone)]
pub struct Bus(broadcast::Sender<Arc<Event>>);

/// Events a slow listener may lag behind before it loses the oldest (it then asks the API for the current state).
const CAPACITY: usize = 4096;

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }
}

impl Bus {
    /// Tells everybody who listens now.
    pub fn send(&self, event: Event) {
        // No listener is no error: events inform, the database remembers.
        let _ = self.0.send(Arc::new(event));
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Event>> {
        self.0.subscribe()
    }
}
