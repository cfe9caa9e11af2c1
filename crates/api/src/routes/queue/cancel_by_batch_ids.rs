//! Cancel batches.

use super::{CancelByBatchIDsResult, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::BatchId;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_cancel_by_batch_ids)]
pub(crate) struct BatchIds {
    /// The list of batch_ids to cancel all queue items for
    #[schema(value_type = Vec<String>)]
    batch_ids: Vec<BatchId>,
}

/// Cancels the items of some batches: the caller's own, for administrators everybody's.
#[utoipa::path(operation_id = "cancel_by_batch_ids", tag = "queue", params(QueuePath), request_body = BatchIds,
    responses((status = 200, body = CancelByBatchIDsResult)))]
#[put("/api/v1/queue/{queue_id}/cancel_by_batch_ids")]
pub(crate) async fn cancel_by_batch_ids(mut call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let BatchIds { batch_ids } = call.body().await?;
    let canceled = call.run(move |app, actor| app.queue.cancel_by_batch_ids(actor, &queue_id, &batch_ids)).await?;
    Ok(json(&CancelByBatchIDsResult { canceled }))
}
