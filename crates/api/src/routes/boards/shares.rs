//! With whom a board is shared.

use super::{BoardPath, BoardShare};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::BoardId;

/// The people a board is shared with, by name. For those who manage the board.
#[utoipa::path(operation_id = "list_board_shares", tag = "boards", params(BoardPath),
    responses((status = 200, body = Vec<BoardShare>)))]
#[get("/api/v1/boards/{board_id}/shares")]
pub(crate) async fn shares(call: Call) -> Result<HttpResponse, ApiError> {
    let id = BoardId(call.path::<BoardPath>()?.board_id);
    let shares = call.run(move |app, actor| app.boards.shares(actor, &id)).await?;
    Ok(json(&shares.into_iter().map(BoardShare::from).collect::<Vec<_>>()))
}
