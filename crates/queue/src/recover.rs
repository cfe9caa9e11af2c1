//! What is put in order before the first item is handed out.

use crate::{Queue, QueueError, RestartPolicy};
use invoke_domain::{ItemFailure, ItemId, QueueId};
use invoke_graph::Session;
use invoke_permissions::{Actor, Grant, Operate, Scope, policy};
pub use invoke_storage::queue::Recovered;
use invoke_storage::queue::Selection;
use invoke_storage::{StorageError, Tx, queue};

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
            queue::forget_devices(tx, &operate)?;
            let begun = queue::begun_callers(tx)?;
            for id in recovered.requeued.iter().chain(&begun) {
                self.begin_anew(tx, &operate, *id)?;
            }
            if settings.clear_at_start {
                queue::delete_where(tx, &Scope::All, &Selection::all(&default_queue))?;
            } else if let Some(keep) = settings.max_queue_history {
                queue::prune_to(tx, &operate, &default_queue, keep)?;
            }
            Ok::<_, StorageError>(recovered)
        })?;
        Ok(recovered)
    }

    /// Forgets what an item had done: it lay in the memory of a worker. An item that had not begun stays as it is.
    fn begin_anew(
        &self,
        tx: &Tx<'_>,
        operate: &Grant<invoke_permissions::Queue, Operate>,
        id: ItemId,
    ) -> Result<(), StorageError> {
        let Some(item) = queue::get(tx, id)? else { return Ok(()) };
        // What cannot be read fails when it is run.
        let Ok(begun) = Session::from_json(&item.session) else { return Ok(()) };
        if begun.execution_graph.nodes.is_empty() {
            return Ok(());
        }
        let mut session = Session::new(begun.graph, begun.id, &*self.0.random);
        session.workflow_call_stack = begun.workflow_call_stack;
        session.workflow_call_parent = begun.workflow_call_parent;
        queue::update_session(tx, operate, id, &session.to_json(&self.0.catalogue))
    }
}
