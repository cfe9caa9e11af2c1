//! With whom a board could be shared.

use super::{BoardPath, BoardSharePerson};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::BoardId;

/// The accounts a board is not shared with yet, by name. For those who may share it.
#[utoipa::path(operation_id = "list_board_share_candidates", tag = "boards", params(BoardPath),
    responses((status = 200, body = Vec<BoardSharePerson>)))]
#[get("/api/v1/boards/{board_id}/shares/candidates")]
pub(crate) async fn share_candidates(call: Call) -> Result<HttpResponse, ApiError> {
    let id = BoardId(call.path::<BoardPath>()?.board_id);
    let people = call.run(move |app, actor| app.boards.share_candidates(actor, &id)).await?;
    Ok(json(&people.into_iter().map(BoardSharePerson::from).collect::<Vec<_>>()))
}
