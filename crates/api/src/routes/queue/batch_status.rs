//! How a batch stands.

use super::dto::BatchStatusDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::{BatchId, QueueId};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct BatchPath {
    /// The queue id to perform this operation on
    #[param(value_type = String)]
    queue_id: QueueId,
    /// The batch to get the status of
    #[param(value_type = String)]
    batch_id: BatchId,
}

/// Counts of a batch; of somebody else's, none.
#[utoipa::path(operation_id = "get_batch_status", tag = "queue", params(BatchPath),
    responses((status = 200, body = BatchStatusDto)))]
#[get("/api/v1/queue/{queue_id}/b/{batch_id}/status")]
pub(crate) async fn batch_status(call: Call) -> Result<HttpResponse, ApiError> {
    let BatchPath { queue_id, batch_id } = call.path()?;
    let status = call.run(move |app, actor| app.queue.batch_status(actor, &queue_id, &batch_id)).await?;
    Ok(json(&BatchStatusDto::from(status)))
}
