//! A new board.

use super::BoardDto;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct NewBoard {
    /// The name of the board to create
    #[param(max_length = 300)]
    board_name: String,
}

/// Makes a board of the caller's own.
#[utoipa::path(operation_id = "create_board", tag = "boards", params(NewBoard),
    responses((status = 201, description = "The board was created successfully", body = BoardDto)))]
#[post("/api/v1/boards/")]
pub(crate) async fn create(call: Call) -> Result<HttpResponse, ApiError> {
    let NewBoard { board_name } = call.query()?;
    let board = call.run(move |app, actor| app.boards.create(actor, &board_name)).await?;
    Ok(HttpResponse::Created().json(BoardDto::new(board, false)))
}
