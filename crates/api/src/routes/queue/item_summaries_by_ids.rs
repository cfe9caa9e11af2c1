//! Some items, without their sessions.

use super::QueuePath;
use super::dto::SummaryDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_domain::ItemId;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_get_queue_item_summaries_by_ids)]
pub(crate) struct SummaryIds {
    /// Object containing list of queue item ids to fetch queue item summaries for
    #[schema(max_items = 1000, value_type = Vec<i64>)]
    item_ids: Vec<ItemId>,
}

/// What a list shows of the items of these ids.
#[utoipa::path(operation_id = "get_queue_item_summaries_by_ids", tag = "queue", params(QueuePath),
    request_body = SummaryIds, responses((status = 200, body = Vec<SummaryDto>)))]
#[post("/api/v1/queue/{queue_id}/item_summaries_by_ids")]
pub(crate) async fn item_summaries_by_ids(mut call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let SummaryIds { item_ids } = call.body().await?;
    let items = call.run(move |app, actor| app.queue.list_by_ids(actor, &queue_id, &item_ids)).await?;
    Ok(json(&items.into_iter().map(SummaryDto::from).collect::<Vec<_>>()))
}
