//! The names of the gallery's items.

use super::{Origin, asked};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::filter::Selection;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OnDay {
    /// The day (UTC, YYYY-MM-DD) the items were made on
    created_date: Option<String>,
}

/// Names in order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GalleryItemNames {
    /// Ordered list of image and video names.
    #[schema(value_type = Vec<String>)]
    item_names: Vec<ImageName>,
    /// Number of starred items (when starred_first=True).
    starred_count: usize,
    /// Total number of items matching the query.
    total_count: usize,
}

/// The names of the items that match, in order.
#[utoipa::path(operation_id = "list_gallery_item_names", tag = "gallery", params(Origin, Selection, OnDay),
    responses((status = 200, body = GalleryItemNames)))]
#[get("/api/v1/gallery/item_names")]
pub(crate) async fn item_names(call: Call) -> Result<HttpResponse, ApiError> {
    let mut query = asked(&call)?;
    query.filter.date = call.query::<OnDay>()?.created_date;
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    let total_count = found.names.len();
    Ok(json(&GalleryItemNames { item_names: found.names, starred_count: found.starred_count, total_count }))
}
