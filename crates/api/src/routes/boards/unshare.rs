//! Share a board no longer.

use super::SharePath;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};
use invoke_domain::{BoardId, UserId};

/// Takes a person's access to a board away.
#[utoipa::path(operation_id = "delete_board_share", tag = "boards", params(SharePath),
    responses((status = 204, description = "The board is no longer shared with the person")))]
#[delete("/api/v1/boards/{board_id}/shares/{user_id}")]
pub(crate) async fn unshare(call: Call) -> Result<HttpResponse, ApiError> {
    let SharePath { board_id, user_id } = call.path()?;
    let (id, user) = (BoardId(board_id), UserId(user_id));
    call.run(move |app, actor| app.boards.unshare(actor, &id, &user)).await?;
    Ok(HttpResponse::NoContent().finish())
}
