//! What people keep: images, each a file, a thumbnail and a row that come and go together ([`Images`]); workflows
//! ([`Workflows`]), style presets ([`Presets`]) and system prompts ([`SystemPrompts`]), the first two with a small picture; backups
//! of all of it, and the check that rows and files agree.
//!
//! No SQL (that is `storage`'s), no decisions about who may do what (those are `permissions`'), no HTTP. Everything here
//! blocks; async callers move it to a blocking thread. Start with [`Images`].
//!
//! How files and rows stay together: before a file is written, the database notes that it has no row yet; the transaction
//! that adds the row takes the note back. Deleting turns it around: the transaction that removes the row notes the files.
//! Whenever the program ends, what is noted is all that may lie around, and [`Images::sweep_leftovers`] removes it.

mod backup;
mod check;
mod error;
pub mod fonts;
mod images;
mod leftovers;
mod pictures;
mod presets;
mod system_prompts;
mod workflows;

pub use backup::{BackupDone, BackupPlan, Installation, RestoreDone, Schedule};
pub use check::{Check, Finding, FindingKind, Repaired};
pub use error::LibraryError;
pub use fonts::{Face, Family, FontError};
pub use images::{
    BoardChoice, Embedded, ImageQuery, ImageSettings, Images, NameList, NewImage, Page, SubfolderStrategy, Variant,
};
pub use invoke_storage::images::{ImageChanges, ImageFilter, ImageOrder};
pub use invoke_storage::system_prompts::SystemPromptChanges;
pub use invoke_storage::workflows::{WorkflowFilter, WorkflowOrder};
pub use leftovers::{Leftovers, OwnedFolders};
pub use pictures::PICTURE_LIMIT;
pub use presets::{FileKind, ImportError, KeptPreset, NewPreset, Presets};
pub use system_prompts::SystemPrompts;
pub use workflows::{
    CallReason, Callable, Document, ListedWorkflow, Paging, WorkflowPage, WorkflowSettings, Workflows,
};
