//! Removing items. Running ones are canceled first, so that their workers stop.

use crate::cancel::{cancel_items, cancel_running, denied_item};
use crate::tell::News;
use crate::{Queue, QueueError, reach};
use invoke_domain::{ItemId, QueueId};
use invoke_events::Event;
use invoke_permissions::{Actor, policy};
use invoke_storage::queue::Selection;
use invoke_storage::{StorageError, queue};

impl Queue {
    /// Removes one item, with all of its chain where it called something or was called.
    pub fn delete(&self, actor: &Actor, queue_id: &QueueId, id: ItemId) -> Result<(), QueueError> {
        let mut news = News::default();
        self.0.db.write(|tx| {
            let facts = self.facts_in(tx, actor, queue_id, id)?;
            let _ = policy::delete_item(actor, &facts).map_err(|denied| denied_item(id, denied))?;
            let chain = queue::chain_of(tx, &[id])?;
            cancel_items(tx, &chain, &mut news)?;
            for id in chain {
                let Some((facts, _)) = queue::facts(tx, id)? else { continue };
                queue::delete(tx, &policy::delete_item(actor, &facts).map_err(|denied| denied_item(id, denied))?)?;
            }
            Ok::<_, QueueError>(())
        })?;
        self.tell(news);
        Ok(())
    }

    /// Removes the actor's items (an administrator: everybody's) sent to a destination; answers how many.
    pub fn delete_by_destination(
        &self,
        actor: &Actor,
        queue_id: &QueueId,
        destination: &str,
    ) -> Result<usize, QueueError> {
        let scope = actor.scope();
        let selection = Selection { destination: Some(destination), ..Selection::all(queue_id) };
        let mut news = News::default();
        let count = self.0.db.write(|tx| {
            let told = cancel_running(tx, actor, &scope, &selection, &mut news)?;
            let deleted = queue::delete_where(tx, &scope, &selection)?;
            let count = deleted.len();
            let rest = deleted.into_iter().filter(|item| !told.contains(item)).collect();
            news.canceled(queue_id, rest);
            Ok::<_, StorageError>(count)
        })?;
        self.tell(news);
        Ok(count)
    }

    /// Removes all the actor's items (an administrator: everybody's) that wait; answers how many.
    pub fn delete_all_except_current(&self, actor: &Actor, queue_id: &QueueId) -> Result<usize, QueueError> {
        let mut news = News::default();
        let count = self.0.db.write(|tx| {
            let except = queue::chains_under_way(tx, queue_id)?;
            let selection = Selection { except: &except, ..Selection::waiting(queue_id) };
            let deleted = queue::delete_where(tx, &actor.scope(), &selection)?;
            let count = deleted.len();
            news.canceled(queue_id, deleted);
            Ok::<_, StorageError>(count)
        })?;
        self.tell(news);
        Ok(count)
    }

    /// Removes all the actor's items (an administrator: everybody's), also running ones; answers how many.
    pub fn clear(&self, actor: &Actor, queue_id: &QueueId) -> Result<usize, QueueError> {
        let scope = actor.scope();
        let selection = Selection::all(queue_id);
        let mut news = News::default();
        let count = self.0.db.write(|tx| {
            cancel_running(tx, actor, &scope, &selection, &mut news)?;
            let count = queue::delete_where(tx, &scope, &selection)?.len();
            reach!(self, BeforeClear);
            news.event(Event::QueueCleared { queue_id: queue_id.clone(), user_id: scope.owner().cloned() });
            Ok::<_, StorageError>(count)
        })?;
        reach!(self, AfterClear);
        self.tell(news);
        Ok(count)
    }

    /// Removes the actor's items (an administrator: everybody's) that have ended; answers how many.
    pub fn prune(&self, actor: &Actor, queue_id: &QueueId) -> Result<usize, QueueError> {
        let deleted = self.0.db.write(|tx| queue::delete_where(tx, &actor.scope(), &Selection::ended(queue_id)))?;
        Ok(deleted.len())
    }
}
