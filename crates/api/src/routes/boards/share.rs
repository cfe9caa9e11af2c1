//! Share a board with a person.

use super::{BoardShare, Level, SharePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::{BoardId, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardShareChange {
    /// What they may do on the board
    level: Level,
}

/// Shares a board with a person at a level, in place of the level they had.
#[utoipa::path(operation_id = "set_board_share", tag = "boards", params(SharePath), request_body = BoardShareChange,
    responses((status = 200, body = BoardShare)))]
#[put("/api/v1/boards/{board_id}/shares/{user_id}")]
pub(crate) async fn share(mut call: Call) -> Result<HttpResponse, ApiError> {
    let SharePath { board_id, user_id } = call.path()?;
    let BoardShareChange { level } = call.body().await?;
    let (id, user) = (BoardId(board_id), UserId(user_id));
    let share = call.run(move |app, actor| app.boards.share(actor, &id, &user, level.into())).await?;
    Ok(json(&BoardShare::from(share)))
}
