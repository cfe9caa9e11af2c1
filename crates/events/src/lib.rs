//! What happens, told to whoever listens: the [`Event`] enum and the [`Bus`]. Changes go to the database first, then to
//! the bus; an event carries ids and the new state, so a listener that missed one can ask again. Who may receive an
//! event, and with which fields hidden, is [`Event::audience`]; how it looks on a socket is the API's business.

mod bus;
mod event;

pub use bus::Bus;
pub use event::{
    Audience, BatchEnqueued, DownloadState, Event, FileDownload, FilePart, FileState, InstallFailure, ItemChanged,
    NodeEvent, NodeReport, Preview, WorkflowChange, WorkflowEvent,
};
