//! What was made on a day.

use super::{DayPath, Selection};
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::names::ImageNamesResult;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The names of the images made on a day, in order; none when it is no day.
#[utoipa::path(operation_id = "list_virtual_board_image_names_by_date", tag = "virtual_boards",
    params(DayPath, Selection), responses((status = 200, body = ImageNamesResult)))]
#[get("/api/v1/virtual_boards/by_date/{date}/image_names")]
pub(crate) async fn image_names(call: Call) -> Result<HttpResponse, ApiError> {
    let query = call.query::<Selection>()?.query(call.path::<DayPath>()?);
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    Ok(json(&ImageNamesResult::from(found)))
}
