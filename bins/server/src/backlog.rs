//! The queue as runners see it, and runners as the queue sees them. Both sides are kept from knowing each other; they
//! meet here.

use invoke_domain::{ItemId, QueueItem, UserId};
use invoke_graph::Outcome;
use invoke_permissions::Actor;
use invoke_queue::{Queue, WorkerInfo, WorkerState, Workers};
use invoke_runners::{Backlog, BacklogError, Runners, WorkerState as LaneState};
use invoke_storage::{Database, users};
use std::sync::Arc;

/// The queue, for runners.
#[derive(Debug)]
pub(crate) struct Items {
    pub(crate) queue: Queue,
    pub(crate) database: Database,
    pub(crate) multiuser: bool,
}

impl Backlog for Items {
    fn claim(&self, device: &str) -> Result<Option<QueueItem>, BacklogError> {
        Ok(self.queue.claim(device)?)
    }

    fn owner(&self, user: &UserId) -> Result<Option<Actor>, BacklogError> {
        if !self.multiuser {
            return Ok(Some(Actor::system()));
        }
        let account = self.database.read(|tx| users::get(tx, user))?.filter(|account| account.is_active);
        Ok(account.map(|account| Actor::run(account.id, account.is_admin)))
    }

    fn finish(&self, item: ItemId, session: Option<String>, outcome: Outcome) -> Result<(), BacklogError> {
        self.queue.finish(item, session.as_deref(), &outcome)?;
        Ok(())
    }
}

/// The runners, for the queue.
#[derive(Debug)]
pub(crate) struct Lanes(pub(crate) Arc<Runners>);

impl Workers for Lanes {
    fn wake(&self) {
        self.0.wake();
    }

    fn cancel(&self, item: ItemId) {
        self.0.cancel(item);
    }

    fn devices(&self) -> Vec<WorkerInfo> {
        let lanes = self.0.devices().into_iter();
        let info = lanes.map(|lane| {
            let (state, item) = match lane.state {
                LaneState::Off => (WorkerState::Asleep, None),
                LaneState::Starting => (WorkerState::Starting, None),
                LaneState::Idle => (WorkerState::Idle, None),
                LaneState::Running(item) => (WorkerState::Busy, Some(item)),
            };
            WorkerInfo { device: lane.device, state, pid: lane.pid, item }
        });
        info.collect()
    }
}
