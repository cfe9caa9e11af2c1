//! What can go wrong in the library.

use invoke_domain::{BoardId, ImageName, PresetId, SystemPromptId, UserId, WorkflowId};
use invoke_imaging::ImagingError;
use invoke_permissions::Denied;
use invoke_storage::StorageError;
use std::path::PathBuf;

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is no image of this name.
    #[error("no image is named `{name}`")]
    ImageNotFound {
        /// The name asked for.
        name: ImageName,
    },
    /// There is no such board.
    #[error("no board has the id `{id}`")]
    BoardNotFound {
        /// The id asked for.
        id: BoardId,
    },
    /// The actor may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A name or folder that would lead out of the images folder, or that no file can have.
    #[error("`{name}` in folder `{subfolder}` names no image file")]
    UnsafeName {
        /// File name.
        name: String,
        /// Folder below the images folder.
        subfolder: String,
    },
    /// The row says there is a file, but there is none.
    #[error("the file of image `{name}` is missing: {}", path.display())]
    FileMissing {
        /// The image.
        name: ImageName,
        /// Where it should be.
        path: PathBuf,
    },
    /// Another process removed the files of something while it was being stored.
    #[error("the files of `{name}` were removed while it was being stored")]
    Swept {
        /// The image, or the id of what has a picture.
        name: String,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {doing} `{}`", path.display())]
    File {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// There is already a file where another one is to be moved.
    #[error("there is another file at `{}`", path.display())]
    Occupied {
        /// The place.
        path: PathBuf,
    },
    /// Files are being moved already.
    #[error("An image move job is already running")]
    MoveRunning,
    /// What somebody sent is no picture that can be kept.
    #[error("the picture cannot be read: {0}")]
    UnreadablePicture(#[from] Unreadable),
    /// There is no such account, or the board is not shared with it.
    #[error("no such user: {id}")]
    UserNotFound {
        /// The id asked for.
        id: UserId,
    },
    /// A board cannot be shared with its owner, who may do everything already.
    #[error("A board cannot be shared with its owner")]
    SharedWithOwner,
    /// There is no such archive, or not yet.
    #[error("no archive is named `{name}`")]
    DownloadNotFound {
        /// The name asked for.
        name: String,
    },
    /// Somebody else asked for this archive.
    #[error("Not authorized to access this download")]
    ForeignDownload,
    /// There is no such workflow.
    #[error("no workflow has the id `{id}`")]
    WorkflowNotFound {
        /// The id asked for.
        id: WorkflowId,
    },
    /// Nobody changes, deletes or publishes what comes with the program.
    #[error("`{id}` comes with the program and cannot be changed")]
    ShippedWorkflow {
        /// The workflow.
        id: WorkflowId,
    },
    /// The document of a workflow cannot be kept.
    #[error("the document of a workflow cannot be kept: {reason}")]
    Document {
        /// Why.
        reason: &'static str,
    },
    /// The object has no picture.
    #[error("`{id}` has no picture")]
    NoPicture {
        /// The object's id.
        id: String,
    },
    /// There is no such style preset.
    #[error("no style preset has the id `{id}`")]
    PresetNotFound {
        /// The id asked for.
        id: PresetId,
    },
    /// Only administrators change the presets for everybody.
    #[error("style preset `{id}` is one for everybody")]
    DefaultPreset {
        /// The preset.
        id: PresetId,
    },
    /// A file with style presets could not be read.
    #[error(transparent)]
    Import(#[from] crate::ImportError),
    /// There is no such system prompt.
    #[error("no system prompt has the id `{id}`")]
    SystemPromptNotFound {
        /// The id asked for.
        id: SystemPromptId,
    },
    /// What should say when backups are made is no cron line.
    #[error("`{line}` is no cron line, such as `0 2 * * *`: {reason}")]
    Schedule {
        /// What was given.
        line: String,
        /// What is wrong with it.
        reason: String,
    },
    /// So many files are missing that a disk is more likely not there than the files gone.
    #[error("{missing} of {all} images have no file; is the disk with `{}` there? Nothing was changed", folder.display())]
    TooMuchMissing {
        /// Images without a file.
        missing: usize,
        /// All images.
        all: usize,
        /// Where the files should be.
        folder: PathBuf,
    },
    /// The picture could not be encoded or decoded.
    #[error(transparent)]
    Picture(#[from] ImagingError),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Why a picture that somebody sent cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Unreadable(#[from] pub(crate) ImagingError);

/// What kind of problem a picture has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureProblem {
    /// More bytes or pixels than are taken.
    TooLarge,
    /// Of a known format that is not read.
    Unsupported,
    /// Anything else.
    Unreadable,
}

impl Unreadable {
    /// What kind of problem it is; the text of the first two is fit for the one who sent it.
    pub fn kind(&self) -> PictureProblem {
        match &self.0 {
            ImagingError::TooManyPixels { .. } | ImagingError::TooManyBytes { .. } => PictureProblem::TooLarge,
            ImagingError::UnsupportedFormat { .. } => PictureProblem::Unsupported,
            _ => PictureProblem::Unreadable,
        }
    }
}
