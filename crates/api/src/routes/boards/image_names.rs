//! What lies on a board.

use super::BoardPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::{Category, filter};
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_library::{ImageFilter, ImageOrder, ImageQuery};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Narrowed {
    /// The categories of image to include.
    #[param(inline)]
    categories: Option<Vec<Category>>,
    /// Whether to list intermediate images.
    is_intermediate: Option<bool>,
}

/// The names of the images on a board; with the id `none` those of the caller's that lie on no board, for administrators
/// everybody's.
#[utoipa::path(operation_id = "list_all_board_image_names", tag = "boards", params(BoardPath, Narrowed),
    responses((status = 200, body = Vec<String>)))]
#[get("/api/v1/boards/{board_id}/image_names")]
pub(crate) async fn image_names(call: Call) -> Result<HttpResponse, ApiError> {
    let BoardPath { board_id } = call.path()?;
    let narrowed: Narrowed = call.query()?;
    let query = ImageQuery {
        board: filter::board(Some(&board_id)),
        filter: ImageFilter {
            categories: narrowed.categories.map(|list| list.into_iter().map(Into::into).collect()),
            is_intermediate: narrowed.is_intermediate,
            ..ImageFilter::default()
        },
        order: ImageOrder::default(),
        ..ImageQuery::default()
    };
    let found = call.run(move |app, actor| app.images.list_names(actor, &query)).await?;
    Ok(json(&found.names))
}
