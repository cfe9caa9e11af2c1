//! A page of images.

use super::ImageDto;
use super::filter::{Origin, Paging, Selection};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of images.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OffsetPaginatedResults_ImageDTO_)]
pub(crate) struct ImagePage {
    /// Limit of items to get
    limit: u32,
    /// Offset from which to retrieve items
    offset: u32,
    /// Total number of items in result
    total: i64,
    /// Items
    items: Vec<ImageDto>,
}

/// The images that match, a page of them.
#[utoipa::path(operation_id = "list_image_dtos", tag = "images", params(Origin, Selection, Paging),
    responses((status = 200, body = ImagePage)))]
#[get("/api/v1/images/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let query = call.query::<Selection>()?.query(call.query::<Origin>()?.image_origin);
    let query = call.query::<Paging>()?.of(query);
    let page = call.run(move |app, actor| app.images.list(actor, &query)).await?;
    Ok(json(&ImagePage {
        limit: page.limit,
        offset: page.offset,
        total: page.total,
        items: page.items.into_iter().map(Into::into).collect(),
    }))
}
