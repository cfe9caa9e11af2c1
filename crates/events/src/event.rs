//! The closed list of events. Names and audiences follow the reference's socket contract.

use invoke_domain::{BatchId, BatchStatus, ItemId, QueueId, QueueItem, QueueStatus, SessionId, UserId, WorkflowId};
use serde_json::{Map, Value};

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A batch was accepted.
    BatchEnqueued(BatchEnqueued),
    /// An item changed its state.
    ItemStatusChanged(Box<ItemChanged>),
    /// Items were canceled in bulk; per owner.
    ItemsCanceled {
        /// The queue.
        queue_id: QueueId,
        /// Owner and item, in order of item.
        items: Vec<(UserId, ItemId)>,
    },
    /// Items were enqueued again; the ids are those of the items repeated.
    ItemsRetried {
        /// The queue.
        queue_id: QueueId,
        /// Owner and item, in order of item.
        items: Vec<(UserId, ItemId)>,
    },
    /// The queue was emptied: of one user's items, or of all.
    QueueCleared {
        /// The queue.
        queue_id: QueueId,
        /// Whose items, `None` for everybody's.
        user_id: Option<UserId>,
    },
    /// A node began, reported, ended or failed.
    Node(Box<NodeEvent>),
    /// A model is being loaded into memory (`done: false`) or has been (`done: true`), for this user's run.
    ModelLoad {
        /// The model's configuration record.
        config: Value,
        /// Which part: `unet`, `vae`, …
        submodel: Option<String>,
        /// Whose run asked for it.
        user_id: UserId,
        /// Loading has ended.
        done: bool,
    },
    /// An archive of images is being written, or is there, or is not going to be.
    Download {
        /// The archive.
        id: String,
        /// What to ask for: its file name.
        name: String,
        /// Who asked for it.
        user_id: UserId,
        /// How far it is.
        state: DownloadState,
    },
    /// A model installation began.
    InstallStarted {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
    },
    /// A model installation ended well.
    InstallComplete {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
        /// The new model.
        key: String,
        /// Bytes on disk.
        total_bytes: u64,
        /// The new model's configuration record.
        config: Value,
    },
    /// A model installation failed.
    InstallFailed {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
        /// Why.
        failure: InstallFailure,
    },
    /// Files of a model installation come along.
    InstallProgress {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
        /// The file or folder that becomes the model.
        local_path: String,
        /// Bytes on disk.
        bytes: u64,
        /// Bytes in all, as far as known.
        total_bytes: u64,
        /// Its files.
        parts: Vec<FilePart>,
    },
    /// All files of a model installation are there.
    InstallDownloadsComplete {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
    },
    /// A model installation was called off.
    InstallCancelled {
        /// Job number.
        job: i64,
        /// The source as the reference describes it.
        source: Value,
    },
    /// Something happened to the download of one file.
    FileDownload(FileDownload),
    /// A workflow of the library was added, changed or removed.
    Workflow(WorkflowEvent),
    /// Somebody wants their page to take over these settings.
    ParametersRecalled {
        /// The queue.
        queue_id: QueueId,
        /// Whose page.
        user_id: UserId,
        /// Names and values.
        parameters: Map<String, Value>,
    },
}

/// Something happened to a workflow of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowEvent {
    /// The workflow.
    pub id: WorkflowId,
    /// Its owner.
    pub user_id: UserId,
    /// What.
    pub change: WorkflowChange,
}

/// What happened to a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowChange {
    /// It is new.
    Created {
        /// Everybody sees it.
        is_public: bool,
    },
    /// It is another one.
    Updated {
        /// Everybody saw it.
        was_public: bool,
        /// Everybody sees it.
        is_public: bool,
    },
    /// It is gone.
    Deleted {
        /// Everybody saw it.
        was_public: bool,
    },
}

/// How far an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownloadState {
    /// It is being written.
    Started,
    /// It is there.
    Complete,
    /// It is not going to be; one sentence why.
    Failed(String),
}

/// A file of a model installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePart {
    /// Where it comes from.
    pub url: String,
    /// The file it becomes, once its name is known.
    pub local_path: Option<String>,
    /// Bytes on disk.
    pub bytes: u64,
    /// Bytes in all, as far as known.
    pub total_bytes: u64,
}

/// Something happened to the download of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDownload {
    /// Where it comes from.
    pub source: String,
    /// The file it becomes.
    pub path: String,
    /// What happened.
    pub state: FileState,
}

/// How the download of a file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It begins.
    Started,
    /// Another piece is there.
    Progress {
        /// Bytes on disk.
        bytes: u64,
        /// Bytes in all.
        total: u64,
    },
    /// It is there.
    Complete {
        /// Bytes.
        total: u64,
    },
    /// It was called off.
    Cancelled,
    /// It failed.
    Failed(InstallFailure),
}

/// Why a model installation failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallFailure {
    /// Class of the error.
    pub kind: String,
    /// One sentence.
    pub message: String,
}

/// A batch was accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchEnqueued {
    /// The queue.
    pub queue_id: QueueId,
    /// The batch.
    pub batch_id: BatchId,
    /// Items made.
    pub enqueued: i64,
    /// Items asked for.
    pub requested: i64,
    /// Their priority.
    pub priority: i64,
    /// Which part of the page sent it.
    pub origin: Option<String>,
    /// Owner.
    pub user_id: UserId,
}

/// An item changed its state; counts are as of the change, `queue_status` as its owner sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemChanged {
    /// The item after the change; its `session` text may be left empty.
    pub item: QueueItem,
    /// Counts of its batch.
    pub batch_status: BatchStatus,
    /// Counts of its queue.
    pub queue_status: QueueStatus,
}

/// A node of a running item reports.
#[derive(Debug, Clone, PartialEq)]
pub struct NodeEvent {
    /// The queue.
    pub queue_id: QueueId,
    /// The item.
    pub item_id: ItemId,
    /// Its batch.
    pub batch_id: BatchId,
    /// Its session.
    pub session_id: SessionId,
    /// Which part of the page sent it.
    pub origin: Option<String>,
    /// Where the page shows the result.
    pub destination: Option<String>,
    /// Owner of the item.
    pub user_id: UserId,
    /// The prepared node: JSON object with `id`, `type` and its inputs.
    pub node: Value,
    /// The node's id in the graph that was sent.
    pub source_id: String,
    /// What it reports.
    pub report: NodeReport,
}

/// What a node reports.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeReport {
    /// It begins.
    Started,
    /// It is under way.
    Progress {
        /// What it does now.
        message: String,
        /// From 0 to 1, where it can be told.
        percentage: Option<f64>,
        /// What the result looks like so far.
        preview: Option<Preview>,
        /// Name of a CUDA device, none on CPU.
        device: Option<String>,
    },
    /// It ended; its output object.
    Complete(Value),
    /// It failed.
    Failed {
        /// Class of the error.
        kind: String,
        /// One sentence.
        message: String,
        /// The chain of causes.
        traceback: String,
    },
}

/// A small JPEG of the picture in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Width of the final picture in pixels.
    pub width: u32,
    /// Height of the final picture in pixels.
    pub height: u32,
    /// JPEG bytes.
    pub jpeg: Vec<u8>,
}

/// Who may receive an event in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Audience {
    /// One user.
    Owner(UserId),
    /// One user and all administrators; others in the queue's room get a companion without names and ids, if there is one.
    OwnerAndAdmins(UserId),
    /// Each owner named in it (own parts only) and all administrators.
    OwnersAndAdmins,
    /// One user and all administrators; everybody else too, because it is or was for everybody.
    OwnerAdminsAndEverybody(UserId),
    /// Everybody who follows the queue.
    QueueRoom,
    /// Administrators.
    Admins,
}

impl Event {
    /// Who may receive this event in full.
    pub fn audience(&self) -> Audience {
        match self {
            Self::BatchEnqueued(batch) => Audience::OwnerAndAdmins(batch.user_id.clone()),
            Self::ItemStatusChanged(change) => Audience::OwnerAndAdmins(change.item.user_id.clone()),
            Self::ItemsCanceled { .. } | Self::ItemsRetried { .. } => Audience::OwnersAndAdmins,
            Self::QueueCleared { user_id: Some(user), .. } => Audience::OwnerAndAdmins(user.clone()),
            Self::QueueCleared { user_id: None, .. } => Audience::QueueRoom,
            Self::Node(event) => match event.report {
                NodeReport::Progress { .. } => Audience::Owner(event.user_id.clone()),
                _ => Audience::OwnerAndAdmins(event.user_id.clone()),
            },
            Self::Download { user_id, .. } => Audience::OwnerAndAdmins(user_id.clone()),
            Self::ModelLoad { user_id, .. } => Audience::Owner(user_id.clone()),
            Self::Workflow(WorkflowEvent { user_id, change, .. }) => {
                use WorkflowChange::{Created, Deleted, Updated};
                match change {
                    Created { is_public: true } | Updated { is_public: true, .. } | Deleted { was_public: true } => {
                        Audience::OwnerAdminsAndEverybody(user_id.clone())
                    }
                    Created { .. } | Updated { .. } | Deleted { .. } => Audience::OwnerAndAdmins(user_id.clone()),
                }
            }
            Self::ParametersRecalled { user_id, .. } => Audience::OwnerAndAdmins(user_id.clone()),
            Self::InstallStarted { .. }
            | Self::InstallProgress { .. }
            | Self::InstallDownloadsComplete { .. }
            | Self::InstallComplete { .. }
            | Self::InstallCancelled { .. }
            | Self::InstallFailed { .. }
            | Self::FileDownload(_) => Audience::Admins,
        }
    }
}
