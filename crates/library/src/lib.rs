//! What people keep: images, each a file, a thumbnail and a row that come and go together ([`Images`]); boards and with
//! whom they are shared ([`Boards`]); archives of several images; workflows ([`Workflows`]), style presets ([`Presets`]) and
//! system prompts ([`SystemPrompts`]), the first two with a small picture; backups of all of it, and the check that rows and
//! files agree.
//!
//! No SQL (that is `storage`'s), no decisions about who may do what (those are `permissions`'), no HTTP. Everything here
//! blocks; async callers move it to a blocking thread. Start with [`Images`] and [`Boards`].
//!
//! How files and rows stay together: before a file is written, the database notes that it has no row yet; the transaction
//! that adds the row takes the note back. Deleting turns it around: the transaction that removes the row notes the files.
//! Whenever the program ends, what is noted is all that may lie around, and [`Images::sweep_leftovers`] removes it.

mod backup;
mod boards;
mod check;
mod downloads;
mod error;
pub mod fonts;
mod images;
mod leftovers;
mod modes;
mod nesting;
mod pictures;
mod presets;
mod system_prompts;
mod workflows;

pub use backup::{
    BackupDone, BackupPlan, BackupRefused, BackupState, BackupTurn, Backups, Installation, LastBackup, RestoreDone,
    Schedule,
};
pub use boards::{BoardPage, BoardUpdate, Boards};
pub use check::{Check, CheckedFolders, Finding, FindingKind, Repaired};
pub use downloads::{Downloads, Order, Wanted};
pub use error::{LibraryError, PictureProblem, Unreadable};
pub use fonts::{Face, Family, FontError};
pub use images::{
    BoardChoice, Changed, DeletedBoard, Embedded, Export, ExportFormat, ImageQuery, ImageSettings, Images,
    MoveOperation, MoveStatus, NameList, NewImage, Page, SubfolderStrategy, Upload, Variant,
};
pub use invoke_permissions::BoardSharing;
pub use invoke_storage::board_shares::{Decision, Person, SharedWith};
pub use invoke_storage::boards::{BoardChanges, BoardKey, BoardQuery, BoardRecord};
pub use invoke_storage::gallery::Day;
pub use invoke_storage::image_moves::MoveJob;
pub use invoke_storage::images::{ImageChanges, ImageFilter, ImageOrder};
pub use invoke_storage::system_prompts::SystemPromptChanges;
pub use invoke_storage::workflows::{WorkflowFilter, WorkflowOrder};
pub use leftovers::{Leftovers, OwnedFolders};
pub use modes::enter_mode;
pub use pictures::PICTURE_LIMIT;
pub use presets::{FileKind, ImportError, KeptPreset, NewPreset, Presets};
pub use system_prompts::SystemPrompts;
pub use workflows::{
    CallReason, Callable, Document, ListedWorkflow, Paging, WorkflowPage, WorkflowSettings, Workflows,
};
