//! What the lanes are doing, for whoever wants to know.

use invoke_queue::{WorkerInfo, WorkerState};
use tokio::sync::watch;

/// All devices, in the order of the settings.
#[derive(Debug, Clone)]
pub(crate) struct Board(watch::Sender<Vec<WorkerInfo>>);

impl Board {
    pub(crate) fn new(devices: &[String]) -> Self {
        let asleep =
            |device: &String| WorkerInfo { device: device.clone(), state: WorkerState::Asleep, pid: None, item: None };
        Self(watch::Sender::new(devices.iter().map(asleep).collect()))
    }

    pub(crate) fn update(&self, lane: usize, change: impl FnOnce(&mut WorkerInfo)) {
        self.0.send_modify(|all| {
            if let Some(info) = all.get_mut(lane) {
                change(info);
            }
        });
    }

    /// A worker in this state; one that is not busy has no item.
    pub(crate) fn set(&self, lane: usize, state: WorkerState, pid: Option<u32>) {
        self.update(lane, |info| {
            *info = WorkerInfo { device: std::mem::take(&mut info.device), state, pid, item: None }
        });
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<WorkerInfo>> {
        self.0.subscribe()
    }
}
