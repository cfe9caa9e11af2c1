//! The items.

use super::QueuePath;
use super::dto::ItemDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_queue::QueueError;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// The destination of queue items to fetch
    destination: Option<String>,
}

/// The items the caller may know of, by priority and age.
#[utoipa::path(operation_id = "list_all_queue_items", tag = "queue", params(QueuePath, Filter),
    responses((status = 200, body = Vec<ItemDto>)))]
#[get("/api/v1/queue/{queue_id}/list_all")]
pub(crate) async fn list_all(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    let Filter { destination } = call.query()?;
    let items = call
        .run(move |app, actor| {
            let items = app.queue.list(actor, &queue_id, destination.as_deref())?;
            Ok::<_, QueueError>(ItemDto::full_list(items, app.queue.catalogue()))
        })
        .await?;
    Ok(json(&items))
}
