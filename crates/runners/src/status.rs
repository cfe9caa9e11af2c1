//! What the lanes are doing, for whoever wants to know.

use invoke_domain::ItemId;
use tokio::sync::watch;

/// A device and its worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerStatus {
    /// The device: `cpu`, `cuda:0`, …
    pub device: String,
    /// What its worker does.
    pub state: WorkerState,
    /// The worker's process, while there is one.
    pub pid: Option<u32>,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerState {
    /// There is none; the next item starts one.
    Off,
    /// It was started and is not ready yet.
    Starting,
    /// It waits for an item.
    Idle,
    /// It runs this item.
    Running(ItemId),
}

/// All devices, in the order of the settings.
#[derive(Debug, Clone)]
pub(crate) struct Board(watch::Sender<Vec<WorkerStatus>>);

impl Board {
    pub(crate) fn new(devices: &[String]) -> Self {
        let off = |device: &String| WorkerStatus { device: device.clone(), state: WorkerState::Off, pid: None };
        Self(watch::Sender::new(devices.iter().map(off).collect()))
    }

    pub(crate) fn set(&self, lane: usize, state: WorkerState, pid: Option<u32>) {
        self.0.send_modify(|all| {
            if let Some(status) = all.get_mut(lane) {
                status.state = state;
                status.pid = pid;
            }
        });
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<WorkerStatus>> {
        self.0.subscribe()
    }
}
