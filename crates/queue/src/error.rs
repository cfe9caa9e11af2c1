//! What can go wrong with the queue.

use invoke_domain::{ItemId, QueueId};
use invoke_graph::{GraphError, Problem};
use invoke_permissions::Denied;
use invoke_storage::StorageError;

/// An operation on the queue was refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The request is not one we can carry out; all that is wrong with it. Places begin with `body`.
    #[error("{}", .0.first().map_or_else(|| "the request is invalid".to_owned(), ToString::to_string))]
    Invalid(Vec<Problem>),
    /// No such item in the queue, or none the asker may know of.
    #[error("Queue item with id {item} not found in queue {queue}")]
    NotFound {
        /// The item.
        item: ItemId,
        /// The queue.
        queue: QueueId,
    },
    /// The item is somebody else's.
    #[error("item {item}: {denied}")]
    DeniedItem {
        /// The item.
        item: ItemId,
        /// What was not allowed.
        denied: Denied,
    },
    /// Only for administrators.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The graph names a model that its sender may not use.
    #[error("Not authorized to use the model '{0}'")]
    DeniedModel(String),
    /// A stored session cannot be read.
    #[error("item {item}: its session cannot be read")]
    Session {
        /// The item.
        item: ItemId,
        /// Why.
        #[source]
        source: GraphError,
    },
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
