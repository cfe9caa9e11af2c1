//! The names of the gallery's items, each with its kind.

use super::{GalleryItemNamesResult, Origin, asked};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::filter::Selection;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The items that match, by kind and name, in order.
#[utoipa::path(operation_id = "get_gallery_item_names", tag = "gallery", params(Origin, Selection),
    responses((status = 200, body = GalleryItemNamesResult)))]
#[get("/api/v1/gallery/items/names")]
pub(crate) async fn names(call: Call) -> Result<HttpResponse, ApiError> {
    let query = asked(&call)?;
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    Ok(json(&GalleryItemNamesResult::from(found)))
}
