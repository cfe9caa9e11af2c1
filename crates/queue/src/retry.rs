//! Running failed and canceled items again.

use crate::cancel::denied_item;
use crate::{Queue, QueueError, reach};
use invoke_domain::{ItemId, ItemStatus, QueueId, QueueItem, SessionId, UserId, new_uuid};
use invoke_events::Event;
use invoke_graph::Session;
use invoke_permissions::{Actor, ItemFacts, policy};
use invoke_storage::queue::{NewBatch, NewItem};
use invoke_storage::{ReadTx, queue};
use std::collections::HashSet;

fn ended_badly(item: &QueueItem) -> bool {
    matches!(item.status, ItemStatus::Failed | ItemStatus::Canceled)
}

impl Queue {
    /// Enqueues failed and canceled items once more, with their batch, priority and graph; of a chain of
    /// calls, the item it began with. Answers which. Items that do not
    /// exist or have not failed are passed over; if one of them is somebody else's, nothing is done.
    pub fn retry(&self, actor: &Actor, queue_id: &QueueId, ids: &[ItemId]) -> Result<Vec<ItemId>, QueueError> {
        let retried: Option<Vec<(UserId, ItemId)>> = self.0.db.write(|tx| {
            self.refuse_foreign(tx, actor, queue_id, ids)?;
            let pending = usize::try_from(queue::count(tx, queue_id)?.pending).unwrap_or(usize::MAX);
            let room = self.0.settings.max_queue_size.saturating_sub(pending);
            if room == 0 {
                return Ok::<_, QueueError>(None);
            }
            let (mut seen, mut roots) = (HashSet::new(), HashSet::new());
            let mut retried = Vec::new();
            for id in ids.iter().filter(|id| seen.insert(**id)) {
                if retried.len() == room {
                    break;
                }
                let Some(mut item) = queue::get(tx, *id)?.filter(|item| item.queue_id == *queue_id) else { continue };
                if !ended_badly(&item) {
                    continue;
                }
                // What was called is made anew by what called it.
                if let Some(root) = item.call.as_ref().map(|call| call.root) {
                    let Some(caller) = queue::get(tx, root)?.filter(ended_badly) else { continue };
                    item = caller;
                }
                if !roots.insert(item.id) {
                    continue;
                }
                let facts = ItemFacts { id: item.id, owner: item.user_id.clone() };
                // Those the actor may know of were refused above.
                let Ok(grant) = policy::retry_item(actor, &facts) else { continue };
                let again = NewBatch {
                    queue_id,
                    batch_id: &item.batch_id,
                    priority: item.priority,
                    origin: item.origin.as_deref(),
                    destination: item.destination.as_deref(),
                    workflow: item.workflow.as_deref(),
                    call: None,
                    items: vec![self.again(&item)?],
                };
                queue::insert_batch(tx, &grant, &again)?;
                reach!(self, BeforeRetry);
                retried.push((item.user_id, item.id));
            }
            Ok(Some(retried))
        })?;
        reach!(self, AfterRetry);
        let Some(retried) = retried else { return Ok(Vec::new()) };
        let ids = retried.iter().map(|(_, id)| *id).collect();
        self.0.bus.send(Event::ItemsRetried { queue_id: queue_id.clone(), items: retried });
        self.wake();
        Ok(ids)
    }

    /// An item the actor may not know of is passed over like one that does not exist.
    fn refuse_foreign(
        &self,
        tx: &ReadTx<'_>,
        actor: &Actor,
        queue_id: &QueueId,
        ids: &[ItemId],
    ) -> Result<(), QueueError> {
        for id in ids {
            match self.facts_in(tx, actor, queue_id, *id) {
                Ok(facts) => {
                    let _ = policy::retry_item(actor, &facts).map_err(|denied| denied_item(*id, denied))?;
                }
                Err(QueueError::NotFound { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// The same graph in a session that has not begun.
    fn again(&self, item: &QueueItem) -> Result<NewItem, QueueError> {
        let random = &*self.0.random;
        let ended =
            Session::from_json(&item.session).map_err(|source| QueueError::Session { item: item.id, source })?;
        let session = Session::new(ended.graph, new_uuid(random), random);
        Ok(NewItem {
            session_id: SessionId(session.id.clone()),
            session: session.to_json(&self.0.catalogue),
            field_values: item.field_values.clone().filter(|values| values != "[]"),
            retried_from_item_id: Some(item.retried_from_item_id.unwrap_or(item.id)),
        })
    }
}
