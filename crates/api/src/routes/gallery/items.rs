//! A page of the gallery.

use super::{GalleryItem, Origin, asked};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::filter::{Paging, Selection};
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// A page of items.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OffsetPaginatedResults_GalleryItem_)]
pub(crate) struct ItemPage {
    /// Limit of items to get
    limit: u32,
    /// Offset from which to retrieve items
    offset: u32,
    /// Total number of items in result
    total: i64,
    /// Items
    items: Vec<GalleryItem>,
}

/// The items that match, a page of them.
#[utoipa::path(operation_id = "list_gallery_items", tag = "gallery", params(Origin, Selection, Paging),
    responses((status = 200, body = ItemPage)))]
#[get("/api/v1/gallery/items/")]
pub(crate) async fn items(call: Call) -> Result<HttpResponse, ApiError> {
    let query = call.query::<Paging>()?.of(asked(&call)?);
    let page = call.run(move |app, actor| app.images.list(actor, &query)).await?;
    Ok(json(&ItemPage {
        limit: page.limit,
        offset: page.offset,
        total: page.total,
        items: page.items.into_iter().map(Into::into).collect(),
    }))
}
