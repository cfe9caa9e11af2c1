//! One board.

use super::{BoardDto, BoardPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::BoardId;

/// What is known about a board.
#[utoipa::path(operation_id = "get_board", tag = "boards", params(BoardPath),
    responses((status = 200, body = BoardDto)))]
#[get("/api/v1/boards/{board_id}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let id = BoardId(call.path::<BoardPath>()?.board_id);
    let board = call.run(move |app, actor| app.boards.get(actor, &id)).await?;
    Ok(json(&BoardDto::new(board, false)))
}
