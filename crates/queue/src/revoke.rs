//! Stopping what runs for people who may not run anything any more.

use crate::{Queue, QueueError};
use invoke_domain::ItemId;
use invoke_storage::queue;

impl Queue {
    /// Stops everything that runs for somebody who was deactivated or removed, whoever did that. What waits for them is
    /// canceled when its turn comes, or went with its owner. Answers how many items were stopped.
    pub fn stop_revoked(&self) -> Result<usize, QueueError> {
        if !self.0.settings.multiuser {
            return Ok(0);
        }
        let mut stopped = 0;
        for owner in self.0.db.read(queue::owners_of_running)? {
            stopped += self.stop_runs_of(&owner)?;
        }
        let Some(workers) = self.workers() else { return Ok(stopped) };
        let busy: Vec<ItemId> = workers.devices().into_iter().filter_map(|device| device.item).collect();
        for item in busy {
            // An item goes with its owner.
            if self.0.db.read(|tx| queue::status(tx, item))?.is_none() {
                workers.cancel(item);
                stopped += 1;
            }
        }
        Ok(stopped)
    }
}
