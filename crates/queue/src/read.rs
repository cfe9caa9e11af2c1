//! Reading. Of another user's items a user sees nothing (`queue_visibility: own`) or what does not tell about the user
//! (`redacted`); administrators see all.

use crate::cancel::not_found;
use crate::tell::status_for;
use crate::{Queue, QueueError};
use invoke_domain::queue::StatusCounts;
use invoke_domain::{BatchId, BatchStatus, ItemId, QueueId, QueueItem, QueueStatus, SessionId, UserId, new_uuid};
use invoke_graph::{Graph, Session};
use invoke_permissions::{Actor, ItemFacts, policy};
use invoke_storage::queue;

/// What stands for an id or a name that the reader may not know.
const REDACTED: &str = "redacted";

impl Queue {
    /// What the actor sees of an item: all of it, what does not tell about its owner, or nothing.
    pub fn shown_to(&self, actor: &Actor, item: QueueItem) -> Option<QueueItem> {
        let facts = ItemFacts { id: item.id, owner: item.user_id.clone() };
        match policy::view_item(actor, &facts, self.0.settings.visibility) {
            policy::Seen::Full(_) => Some(item),
            policy::Seen::Redacted => Some(self.redacted(item)),
            policy::Seen::Hidden => None,
        }
    }

    fn redacted(&self, item: QueueItem) -> QueueItem {
        let random = &*self.0.random;
        let graph = Graph { id: new_uuid(random), ..Graph::default() };
        let session = Session::new(graph, REDACTED.to_owned(), random);
        QueueItem {
            batch_id: BatchId::from(REDACTED),
            session_id: SessionId::from(REDACTED),
            user_id: UserId::from(REDACTED),
            user_display_name: None,
            user_email: None,
            priority: 0,
            origin: None,
            destination: None,
            failure: None,
            field_values: None,
            session: session.to_json(&self.0.catalogue),
            workflow: None,
            retried_from_item_id: None,
            call: None,
            ..item
        }
    }

    /// One item of the queue.
    pub fn get(&self, actor: &Actor, queue_id: &QueueId, id: ItemId) -> Result<QueueItem, QueueError> {
        let item = self.0.db.read(|tx| queue::get(tx, id))?.filter(|item| item.queue_id == *queue_id);
        item.and_then(|item| self.shown_to(actor, item)).ok_or_else(|| not_found(queue_id, id))
    }

    /// The items of the queue, by priority and age, optionally of one destination only.
    pub fn list(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        destination: Option<&str>,
    ) -> Result<Vec<QueueItem>, QueueError> {
        let scope = policy::list_items(actor, self.0.settings.visibility);
        let items = self.0.db.read(|tx| queue::list(tx, &scope, queue_id, destination))?;
        Ok(items.into_iter().filter_map(|item| self.shown_to(actor, item)).collect())
    }

    /// Those of the named items that are in the queue, in the order they were named.
    pub fn list_by_ids(&self, actor: &Actor, queue_id: &QueueId, ids: &[ItemId]) -> Result<Vec<QueueItem>, QueueError> {
        let scope = policy::list_items(actor, self.0.settings.visibility);
        let items = self.0.db.read(|tx| queue::list_by_ids(tx, &scope, queue_id, ids))?;
        Ok(items.into_iter().filter_map(|item| self.shown_to(actor, item)).collect())
    }

    /// The ids of the queue's items, by time of creation.
    pub fn item_ids(&self, actor: &Actor, queue_id: &QueueId, newest_first: bool) -> Result<Vec<ItemId>, QueueError> {
        let scope = policy::list_items(actor, self.0.settings.visibility);
        Ok(self.0.db.read(|tx| queue::list_ids(tx, &scope, queue_id, newest_first))?)
    }

    /// The running item.
    pub fn current(&self, actor: &Actor, queue_id: &QueueId) -> Result<Option<QueueItem>, QueueError> {
        let item = self.0.db.read(|tx| queue::current(tx, queue_id))?;
        Ok(item.and_then(|item| self.shown_to(actor, item)))
    }

    /// The pending item of the highest priority, the oldest of these; whose turn it is does not count.
    pub fn next(&self, actor: &Actor, queue_id: &QueueId) -> Result<Option<QueueItem>, QueueError> {
        let item = self.0.db.read(|tx| queue::next(tx, queue_id))?;
        Ok(item.and_then(|item| self.shown_to(actor, item)))
    }

    /// Counts over everybody's items, the actor's own, and the running item if the actor may see it in full.
    pub fn status(&self, actor: &Actor, queue_id: &QueueId) -> Result<QueueStatus, QueueError> {
        Ok(self.0.db.read(|tx| status_for(tx, queue_id, actor.user_id(), actor.is_admin()))?)
    }

    /// Whether anything runs, in any queue.
    pub fn is_processing(&self) -> Result<bool, QueueError> {
        Ok(self.0.db.read(queue::any_running)?)
    }

    /// Counts of a batch; of another user's batch, none.
    pub fn batch_status(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        batch_id: &BatchId,
    ) -> Result<BatchStatus, QueueError> {
        Ok(self.0.db.read(|tx| queue::count_of_batch(tx, &actor.scope(), queue_id, batch_id))?)
    }

    /// Counts of the actor's items (an administrator: everybody's) sent to a destination.
    pub fn counts_by_destination(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        destination: &str,
    ) -> Result<StatusCounts, QueueError> {
        Ok(self.0.db.read(|tx| queue::count_of_destination(tx, &actor.scope(), queue_id, destination))?)
    }
}
