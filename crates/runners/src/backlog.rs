//! The queue as runners see it.

use invoke_domain::{ItemId, ModelKey, QueueItem, UserId};
use invoke_permissions::Actor;
use invoke_queue::{Outcome, Queue};

/// Why the queue did not answer; it is logged, and tried again.
pub type BacklogError = Box<dyn std::error::Error + Send + Sync>;

/// Where items come from and go back to. Every call may block.
pub trait Backlog: Send + Sync {
    /// Takes the next item for a device: it is `in_progress` from then on. Among equals one goes first that names a model
    /// its worker has loaded. `None` while there is nothing to do.
    fn claim(&self, device: &str, loaded: &[ModelKey]) -> Result<Option<QueueItem>, BacklogError>;

    /// The owner as of now, `None` when this account may not run anything (any more).
    fn owner(&self, user: &UserId) -> Result<Option<Actor>, BacklogError>;

    /// An item has ended, with its execution state if there is a new one. Does nothing for an item that has ended before
    /// or is gone.
    fn finish(&self, item: ItemId, session: Option<String>, outcome: Outcome) -> Result<(), BacklogError>;

    /// The server ends in order while this item runs: it is pending again, and that does not count against it.
    fn release(&self, item: ItemId) -> Result<(), BacklogError>;
}

impl Backlog for Queue {
    fn claim(&self, device: &str, loaded: &[ModelKey]) -> Result<Option<QueueItem>, BacklogError> {
        Ok(self.claim_near(device, loaded)?)
    }

    fn owner(&self, user: &UserId) -> Result<Option<Actor>, BacklogError> {
        Ok(self.run_actor(user)?)
    }

    fn finish(&self, item: ItemId, session: Option<String>, outcome: Outcome) -> Result<(), BacklogError> {
        Self::finish(self, item, session.as_deref(), &outcome)?;
        Ok(())
    }

    fn release(&self, item: ItemId) -> Result<(), BacklogError> {
        Self::release(self, item)?;
        Ok(())
    }
}
