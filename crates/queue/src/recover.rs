//! What is put in order before the first item is handed out.

use crate::{Queue, QueueError, RestartPolicy};
use invoke_domain::{ItemFailure, QueueId};
use invoke_permissions::{Actor, Scope, policy};
pub use invoke_storage::queue::Recovered;
use invoke_storage::queue::Selection;
use invoke_storage::{StorageError, queue};

/// The queue that the pages use; history limits are about this one.
const DEFAULT_QUEUE: &str = "default";

impl Queue {
    /// Decides about the items that ran when the server ended last, and tidies up as the settings say. To be called once,
    /// before any worker runs; nobody listens yet, so nothing is told.
    pub fn recover_at_start(&self) -> Result<Recovered, QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        let settings = &self.0.settings;
        let default_queue = QueueId::from(DEFAULT_QUEUE);
        let interrupted_twice = ItemFailure {
            kind: "ServerRestarted".to_owned(),
            message: "The server ended twice while this item ran, so it is not run again".to_owned(),
            traceback: String::new(),
        };
        let recovered = self.0.db.write(|tx| {
            let recovered = match settings.restart_policy {
                RestartPolicy::Requeue => queue::requeue_interrupted(tx, &operate, &interrupted_twice)?,
                RestartPolicy::Cancel => queue::cancel_interrupted(tx, &operate)?,
            };
            if settings.clear_at_start {
                queue::delete_where(tx, &Scope::All, &Selection::all(&default_queue))?;
            } else if let Some(keep) = settings.max_queue_history {
                queue::prune_to(tx, &operate, &default_queue, keep)?;
            }
            Ok::<_, StorageError>(recovered)
        })?;
        Ok(recovered)
    }
}
