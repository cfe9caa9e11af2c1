//! The session queue.

pub(crate) mod batch_status;
pub(crate) mod cancel_all_except_current;
pub(crate) mod cancel_by_batch_ids;
pub(crate) mod cancel_by_destination;
pub(crate) mod cancel_item;
pub(crate) mod clear;
pub(crate) mod counts_by_destination;
pub(crate) mod current;
pub(crate) mod delete_all_except_current;
pub(crate) mod delete_by_destination;
pub(crate) mod delete_item;
pub(crate) mod enqueue_batch;
pub(crate) mod get_item;
pub(crate) mod item_ids;
pub(crate) mod item_summaries_by_ids;
pub(crate) mod items_by_ids;
pub(crate) mod list_all;
pub(crate) mod next;
pub(crate) mod overview;
pub(crate) mod pause;
pub(crate) mod prune;
pub(crate) mod resume;
pub(crate) mod retry_items_by_id;
pub(crate) mod status;

pub(crate) mod dto;

use invoke_domain::{ItemId, QueueId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct QueuePath {
    /// The queue id to perform this operation on
    #[param(value_type = String)]
    queue_id: QueueId,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ItemPath {
    /// The queue id to perform this operation on
    #[param(value_type = String)]
    queue_id: QueueId,
    /// The queue item id to perform this operation on
    #[param(value_type = i64)]
    item_id: ItemId,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Destination {
    /// The destination of queue items to act on
    destination: String,
}

macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident { $(#[$field_doc:meta])* $field:ident })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize, ToSchema)]
        pub(crate) struct $name {
            $(#[$field_doc])*
            pub(super) $field: usize,
        }
    )*};
}

counted! {
    /// How many items of some batches were canceled.
    CancelByBatchIDsResult {
        /// Number of queue items canceled
        canceled
    }
    /// How many items of a destination were canceled.
    CancelByDestinationResult {
        /// Number of queue items canceled
        canceled
    }
    /// How many items were canceled.
    CancelAllExceptCurrentResult {
        /// Number of queue items canceled
        canceled
    }
    /// How many items of a destination were removed.
    DeleteByDestinationResult {
        /// Number of queue items deleted
        deleted
    }
    /// How many items were removed.
    DeleteAllExceptCurrentResult {
        /// Number of queue items deleted
        deleted
    }
    /// How many items were removed.
    ClearResult {
        /// Number of queue items deleted
        deleted
    }
    /// How many items were removed.
    PruneResult {
        /// Number of queue items deleted
        deleted
    }
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_get_queue_items_by_item_ids)]
pub(crate) struct ItemIds {
    /// Object containing list of queue item ids to fetch queue items for
    #[schema(max_items = 1000, value_type = Vec<i64>)]
    item_ids: Vec<ItemId>,
}
