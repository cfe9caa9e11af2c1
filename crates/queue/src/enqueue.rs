//! Accepting a batch. When the answer is given, its items are in the database.

use crate::{Batch, EnqueueBatch, Queue, QueueError, expand, named_among, reach};
use invoke_domain::{BatchId, ItemId, QueueId};
use invoke_events::{BatchEnqueued, Event};
use invoke_permissions::{Actor, policy};
use invoke_storage::{model_access, queue, users};

/// An accepted batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Enqueued {
    /// The queue.
    pub queue_id: QueueId,
    /// Items made.
    pub enqueued: usize,
    /// Items asked for; more than were made when the queue is full.
    pub requested: u64,
    /// The batch, with all defaults.
    pub batch: Batch,
    /// Priority of its items.
    pub priority: i64,
    /// Its items, newest first.
    pub item_ids: Vec<ItemId>,
}

impl Queue {
    /// Checks and accepts a batch for the actor. Its items are durable when this returns; those that do not fit into the
    /// queue are left out.
    pub fn enqueue_batch(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        request: &EnqueueBatch,
    ) -> Result<Enqueued, QueueError> {
        let inner = &*self.0;
        let batch = Batch::check(&request.batch, &inner.catalogue, &*inner.random).map_err(QueueError::Invalid)?;
        let grant = policy::enqueue(actor);
        let requested = expand::count(&batch);
        let max = inner.settings.max_queue_size;
        // Made before the transaction, which everybody else waits for.
        let mut items = expand::items(&batch, max, &inner.catalogue, &*inner.random);
        let batch_id = BatchId(batch.id.clone());
        let workflow = batch.workflow.as_ref().map(ToString::to_string);
        let (priority, mut item_ids) = inner.db.write(|tx| {
            // The account may have been removed since the request was let in.
            if inner.settings.multiuser {
                users::must_exist(tx, actor.user_id())?;
            }
            let hidden = model_access::hidden(tx, &actor.scope())?;
            let parts = ["graph", "data"].iter().filter_map(|part| request.batch.get(part));
            if let Some(name) = parts.into_iter().find_map(|part| named_among(part, &hidden)) {
                return Err(QueueError::DeniedModel(name));
            }
            let pending = usize::try_from(queue::count(tx, queue_id)?.pending).unwrap_or(usize::MAX);
            items.truncate(max.saturating_sub(pending));
            let priority = if request.prepend { queue::highest_priority(tx, queue_id)? + 1 } else { 0 };
            let new = queue::NewBatch {
                queue_id,
                batch_id: &batch_id,
                priority,
                origin: batch.origin.as_deref(),
                destination: batch.destination.as_deref(),
                workflow: workflow.as_deref(),
                call: None,
                items,
            };
            reach!(self, BeforeInsert);
            Ok((priority, queue::insert_batch(tx, &grant, &new)?))
        })?;
        reach!(self, AfterInsert);
        item_ids.reverse();
        let enqueued = item_ids.len();
        inner.bus.send(Event::BatchEnqueued(BatchEnqueued {
            queue_id: queue_id.clone(),
            batch_id,
            enqueued: i64::try_from(enqueued).unwrap_or(i64::MAX),
            requested: i64::try_from(requested).unwrap_or(i64::MAX),
            priority,
            origin: batch.origin.clone(),
            user_id: actor.user_id().clone(),
        }));
        self.wake();
        Ok(Enqueued { queue_id: queue_id.clone(), enqueued, requested, batch, priority, item_ids })
    }
}
