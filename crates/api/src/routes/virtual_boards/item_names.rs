//! What was made on a day, each with its kind.

use super::{DayPath, Selection};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::gallery::GalleryItemNamesResult;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The items made on a day, by kind and name, in order; none when it is no day.
#[utoipa::path(operation_id = "list_virtual_board_item_names_by_date", tag = "virtual_boards",
    params(DayPath, Selection), responses((status = 200, body = GalleryItemNamesResult)))]
#[get("/api/v1/virtual_boards/by_date/{date}/item_names")]
pub(crate) async fn item_names(call: Call) -> Result<HttpResponse, ApiError> {
    let query = call.query::<Selection>()?.query(call.path::<DayPath>()?);
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    Ok(json(&GalleryItemNamesResult::from(found)))
}
