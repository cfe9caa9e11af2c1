//! The names of all images that match.

use super::filter::{Origin, Selection};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::ImageName;
use invoke_library::NameList;
use serde::Serialize;
use utoipa::ToSchema;

/// Names in order, the starred ones first where that was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageNamesResult {
    /// Ordered list of image names
    #[schema(value_type = Vec<String>)]
    image_names: Vec<ImageName>,
    /// Number of starred images (when starred_first=True)
    starred_count: usize,
    /// Total number of images matching the query
    total_count: usize,
}

impl From<NameList> for ImageNamesResult {
    fn from(found: NameList) -> Self {
        let total_count = found.names.len();
        Self { image_names: found.names, starred_count: found.starred_count, total_count }
    }
}

/// The names of all images that match, in order.
#[utoipa::path(operation_id = "get_image_names", tag = "images", params(Origin, Selection),
    responses((status = 200, body = ImageNamesResult)))]
#[get("/api/v1/images/names")]
pub(crate) async fn names(call: Call) -> Result<HttpResponse, ApiError> {
    let query = call.query::<Selection>()?.query(call.query::<Origin>()?.image_origin);
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    Ok(json(&ImageNamesResult::from(found)))
}
