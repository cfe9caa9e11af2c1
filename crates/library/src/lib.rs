//! What people keep: images, each a file, a thumbnail and a row that come and go together; boards and with whom they
//! are shared; archives of several images; backups of all of it, and the check that rows and files agree.
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
mod images;
mod leftovers;

pub use backup::{BackupDone, BackupPlan, Installation, RestoreDone, Schedule};
pub use boards::{BoardPage, BoardUpdate, Boards};
pub use check::{Check, Finding, FindingKind, Repaired};
pub use downloads::{Downloads, Order, Wanted};
pub use error::{LibraryError, PictureProblem, Unreadable};
pub use images::{
    BoardChoice, Changed, DeletedBoard, Embedded, ImageQuery, ImageSettings, Images, MoveOperation, MoveStatus,
    NameList, NewImage, Page, SubfolderStrategy, Upload, Variant,
};
pub use invoke_permissions::BoardSharing;
pub use invoke_storage::board_shares::{Decision, Person, SharedWith};
pub use invoke_storage::boards::{BoardChanges, BoardKey, BoardQuery, BoardRecord};
pub use invoke_storage::gallery::Day;
pub use invoke_storage::image_moves::MoveJob;
pub use invoke_storage::images::{ImageChanges, ImageFilter, ImageOrder};
pub use leftovers::{Leftovers, OwnedFolders};
