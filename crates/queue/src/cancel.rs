//! Cancelling. What waits is canceled at once; what runs is canceled at once as well, and its worker is told, so that its
//! result comes too late to matter. Items of one chain of calls are canceled together.

use crate::tell::News;
use crate::{Queue, QueueError, reach};
use invoke_domain::{BatchId, ItemId, ItemStatus, QueueId, QueueItem, UserId};
use invoke_permissions::{Actor, Denied, ItemFacts, Scope, policy};
use invoke_storage::queue::Selection;
use invoke_storage::{ReadTx, StorageError, Tx, queue};

impl Queue {
    /// Cancels one item, with all of its chain where it called something or was called, and answers with it; what has
    /// ended stays as it is.
    pub fn cancel(&self, actor: &Actor, queue_id: &QueueId, id: ItemId) -> Result<QueueItem, QueueError> {
        let mut news = News::default();
        let item = self.0.db.write(|tx| {
            let facts = self.facts_in(tx, actor, queue_id, id)?;
            let _ = policy::cancel_item(actor, &facts).map_err(|denied| denied_item(id, denied))?;
            cancel_items(tx, &queue::chain_of(tx, &[id])?, &mut news)?;
            reach!(self, BeforeCancel);
            queue::get(tx, id)?.ok_or_else(|| not_found(queue_id, id))
        })?;
        reach!(self, AfterCancel);
        self.tell(news);
        Ok(item)
    }

    /// Cancels the actor's items (an administrator: everybody's) of these batches; answers how many.
    pub fn cancel_by_batch_ids(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        batch_ids: &[BatchId],
    ) -> Result<usize, QueueError> {
        let selection = Selection { batch_ids: Some(batch_ids), ..Selection::all(queue_id) };
        self.cancel_selected(actor, &selection)
    }

    /// Cancels the actor's items (an administrator: everybody's) sent to a destination; answers how many.
    pub fn cancel_by_destination(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        destination: &str,
    ) -> Result<usize, QueueError> {
        let selection = Selection { destination: Some(destination), ..Selection::all(queue_id) };
        self.cancel_selected(actor, &selection)
    }

    /// Cancels all the actor's items (an administrator: everybody's) that do not run; answers how many.
    pub fn cancel_all_except_current(&self, actor: &Actor, queue_id: &QueueId) -> Result<usize, QueueError> {
        let mut news = News::default();
        let count = self.0.db.write(|tx| {
            let except = queue::chains_under_way(tx, queue_id)?;
            let selection = Selection { except: &except, ..Selection::waiting(queue_id) };
            let canceled = queue::cancel_where(tx, &actor.scope(), &selection)?;
            let count = canceled.len();
            news.canceled(queue_id, canceled);
            Ok::<_, StorageError>(count)
        })?;
        self.tell(news);
        Ok(count)
    }

    fn cancel_selected(&self, actor: &Actor, selection: &Selection<'_>) -> Result<usize, QueueError> {
        let scope = actor.scope();
        let mut news = News::default();
        let count = self.0.db.write(|tx| {
            let waiting = Selection { statuses: &[ItemStatus::Pending, ItemStatus::Waiting], ..*selection };
            let canceled = queue::cancel_where(tx, &scope, &waiting)?;
            let running = cancel_running(tx, actor, &scope, selection, &mut news)?;
            let count = canceled.len() + running.len();
            news.canceled(selection.queue_id, canceled);
            Ok::<_, StorageError>(count)
        })?;
        self.tell(news);
        Ok(count)
    }

    /// What decides about an item of this queue; not found also when the actor may not know of it.
    pub(crate) fn facts_in(
        &self,
        tx: &ReadTx<'_>,
        actor: &Actor,
        queue_id: &QueueId,
        id: ItemId,
    ) -> Result<ItemFacts, QueueError> {
        let found = queue::facts(tx, id)?.filter(|(_, queue)| queue == queue_id);
        let (facts, _) = found.ok_or_else(|| not_found(queue_id, id))?;
        match policy::view_item(actor, &facts, self.0.settings.visibility) {
            policy::Seen::Hidden => Err(not_found(queue_id, id)),
            policy::Seen::Full(_) | policy::Seen::Redacted => Ok(facts),
        }
    }
}

/// Cancels those of the items that have not ended, in the name of whoever may cancel one of them: a chain of calls has one
/// owner. Workers of those that ran are told.
pub(crate) fn cancel_items(tx: &Tx<'_>, items: &[ItemId], news: &mut News) -> Result<(), StorageError> {
    let operator = Actor::operator();
    for id in items {
        let Some((facts, _)) = queue::facts(tx, *id)? else { continue };
        let Ok(grant) = policy::cancel_item(&operator, &facts) else { continue };
        let before = queue::status(tx, *id)?;
        if !queue::cancel(tx, &grant)? {
            continue;
        }
        if let Some(item) = queue::get(tx, *id)? {
            news.changed(tx, &item)?;
        }
        if before == Some(ItemStatus::InProgress) {
            news.stop(*id);
        }
    }
    Ok(())
}

/// Cancels the running items of a selection one by one, since each worker must be told; answers which.
pub(crate) fn cancel_running(
    tx: &Tx<'_>,
    actor: &Actor,
    scope: &Scope,
    selection: &Selection<'_>,
    news: &mut News,
) -> Result<Vec<(UserId, ItemId)>, StorageError> {
    let running = Selection { statuses: &[ItemStatus::InProgress], ..*selection };
    let mut canceled = Vec::new();
    for (owner, id) in queue::find(tx, scope, &running)? {
        let Ok(grant) = policy::cancel_item(actor, &ItemFacts { id, owner: owner.clone() }) else {
            continue; // the scope holds only what the actor may cancel
        };
        if queue::cancel(tx, &grant)? {
            if let Some(item) = queue::get(tx, id)? {
                news.changed(tx, &item)?;
            }
            news.stop(id);
            canceled.push((owner, id));
        }
    }
    Ok(canceled)
}

pub(crate) fn not_found(queue: &QueueId, item: ItemId) -> QueueError {
    QueueError::NotFound { item, queue: queue.clone() }
}

pub(crate) fn denied_item(item: ItemId, denied: Denied) -> QueueError {
    QueueError::DeniedItem { item, denied }
}
