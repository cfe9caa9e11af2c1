//! Handing out items and taking results.

use crate::cancel::cancel_items;
use crate::tell::News;
use crate::{Mode, Outcome, Queue, QueueError, RestartPolicy, reach};
use invoke_domain::{ItemFailure, ItemId, ItemStatus, ModelKey, QueueItem, UserId};
use invoke_permissions::{Actor, Control, Grant, policy};
use invoke_storage::queue::{Claim, Finish, Order};
use invoke_storage::{StorageError, queue, users};
use std::sync::atomic::Ordering;

impl Queue {
    /// The next item for a device, now in progress. Nothing while the queue is paused or empty. An item whose owner may no
    /// longer run anything is canceled instead of handed out.
    pub fn claim(&self, device: &str) -> Result<Option<QueueItem>, QueueError> {
        self.claim_near(device, &[])
    }

    /// As [`Queue::claim`]; among equals, an item that names one of the models already in the device's memory goes first.
    pub fn claim_near(&self, device: &str, warm_models: &[ModelKey]) -> Result<Option<QueueItem>, QueueError> {
        let order = match self.0.settings.mode {
            Mode::RoundRobin => Order::RoundRobin,
            Mode::Fifo => Order::Fifo,
        };
        // As in the reference, only where users take turns; else the order is the one everybody was told.
        let warm_models = if order == Order::RoundRobin { warm_models } else { &[] };
        let operate = policy::operate_queue(&Actor::operator())?;
        while !self.is_paused() {
            let mut news = News::default();
            let claimed = self.0.db.write(|tx| {
                let claimed = queue::claim(tx, &operate, &Claim { order, device, warm_models })?;
                if let Some(item) = &claimed {
                    news.changed(tx, item)?;
                }
                Ok::<_, StorageError>(claimed)
            })?;
            if claimed.is_some() {
                reach!(self, AfterClaim);
            }
            self.tell(news);
            match claimed {
                None => return Ok(None),
                Some(item) if self.owner_may_run(&item.user_id)? => return Ok(Some(item)),
                Some(item) => {
                    tracing::warn!(item = item.id.0, owner = %item.user_id, "canceled: its owner may not run anything");
                    self.finish(item.id, None, &Outcome::Canceled)?;
                }
            }
        }
        Ok(None)
    }

    /// Whether an owner's items may run: the account exists and is active. Without accounts, always. To be asked before
    /// each node.
    pub fn owner_may_run(&self, owner: &UserId) -> Result<bool, QueueError> {
        Ok(self.run_actor(owner)?.is_some())
    }

    /// An owner as whom a run asks for images and models, with their role as of now; nothing when they may not run anything.
    pub fn run_actor(&self, owner: &UserId) -> Result<Option<Actor>, QueueError> {
        if !self.0.settings.multiuser {
            return Ok(Some(Actor::run(owner.clone(), true)));
        }
        let user = self.0.db.read(|tx| users::get(tx, owner))?.filter(|user| user.is_active);
        Ok(user.map(|user| Actor::run(user.id, user.is_admin)))
    }

    /// Ends a running item, or has it wait for what it calls, and keeps its session. Answers whether that was news: the result of an item that was canceled
    /// or removed meanwhile is not.
    pub fn finish(&self, id: ItemId, session: Option<&str>, outcome: &Outcome) -> Result<bool, QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        let (status, failure): (_, Option<&ItemFailure>) = match outcome {
            Outcome::Waiting { node } => return self.begin_call(id, session, node),
            Outcome::Completed => (ItemStatus::Completed, None),
            Outcome::Failed(failure) => (ItemStatus::Failed, Some(failure)),
            Outcome::Canceled => (ItemStatus::Canceled, None),
        };
        reach!(self, BeforeFinish);
        let mut news = News::default();
        let changed = self.0.db.write(|tx| {
            let changed = queue::finish(tx, &operate, id, &Finish { status, failure, session })?;
            if let Some(item) = queue::get(tx, id)?.filter(|_| changed) {
                news.changed(tx, &item)?;
                self.called_item_ended(tx, &item, &mut news)?;
            }
            Ok::<_, QueueError>(changed)
        })?;
        reach!(self, AfterFinish);
        self.tell(news);
        Ok(changed)
    }

    /// Gives back a running item, since the server ends in order: it is pending once more, and that is not counted as an
    /// interruption. Where the restart policy cancels what ran, it is left to the next start.
    pub fn release(&self, id: ItemId) -> Result<bool, QueueError> {
        if self.0.settings.restart_policy == RestartPolicy::Cancel {
            return Ok(false);
        }
        let operate = policy::operate_queue(&Actor::operator())?;
        let mut news = News::default();
        let released = self.0.db.write(|tx| {
            let released = queue::release(tx, &operate, id)?;
            if let Some(item) = queue::get(tx, id)?.filter(|_| released) {
                news.changed(tx, &item)?;
            }
            Ok::<_, StorageError>(released)
        })?;
        self.tell(news);
        Ok(released)
    }

    /// Keeps the session of a running item as it stands.
    pub fn save_session(&self, id: ItemId, session: &str) -> Result<(), QueueError> {
        let operate = policy::operate_queue(&Actor::operator())?;
        Ok(self.0.db.write(|tx| queue::update_session(tx, &operate, id, session))?)
    }

    /// Cancels what an account runs, if it may no longer run anything; to be called when it was deactivated or removed.
    pub fn stop_runs_of(&self, owner: &UserId) -> Result<usize, QueueError> {
        if self.owner_may_run(owner)? {
            return Ok(0);
        }
        let mut news = News::default();
        let stopped = self.0.db.write(|tx| {
            let running = queue::running_of(tx, owner)?;
            cancel_items(tx, &queue::chain_of(tx, &running)?, &mut news)?;
            Ok::<_, StorageError>(running.len())
        })?;
        self.tell(news);
        Ok(stopped)
    }

    /// Hands out no more items; running ones go on. For administrators; forgotten when the server ends.
    pub fn pause(&self, actor: &Actor) -> Result<(), QueueError> {
        self.set_paused(policy::control_queue(actor)?, true);
        Ok(())
    }

    /// Hands out items again. For administrators.
    pub fn resume(&self, actor: &Actor) -> Result<(), QueueError> {
        self.set_paused(policy::control_queue(actor)?, false);
        self.wake();
        Ok(())
    }

    fn set_paused(&self, _grant: Grant<invoke_permissions::Queue, Control>, paused: bool) {
        self.0.paused.store(paused, Ordering::SeqCst);
    }
}
