//! The nouns every crate shares: ids, users, images, models, queue items, and the two effects that are injected
//! (time and randomness). Nothing here reads a file, a socket or a database; start with [`ids`].

pub mod effects;
pub mod ids;
pub mod image;
pub mod model;
pub mod preset;
pub mod queue;
pub mod user;
pub mod workflow;

pub use effects::{Clock, OsRandom, Random, SystemClock, new_uuid};
pub use ids::{
    BatchId, BoardId, ImageName, ItemId, ModelKey, PresetId, QueueId, SessionId, SystemPromptId, UserId, WorkflowId,
};
pub use image::{ImageCategory, ImageOrigin, ImageRecord};
pub use model::ModelRecord;
pub use preset::{StylePreset, SystemPrompt};
pub use queue::{BatchStatus, ItemCall, ItemFailure, ItemStatus, QueueItem, QueueStatus};
pub use user::User;
pub use workflow::{WorkflowCategory, WorkflowEntry, WorkflowRecord};
