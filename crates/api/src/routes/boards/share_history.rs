//! Who was given what, and when.

use super::{BoardPath, Level};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{json, row};
use actix_web::{HttpResponse, get};
use invoke_domain::BoardId;
use invoke_library::Decision;
use serde::Serialize;
use utoipa::ToSchema;

/// One decision about sharing a board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardShareDecision)]
pub(crate) struct DecisionDto {
    /// The id of the account it is about
    user_id: String,
    /// What that account is called, if it is still there
    #[schema(required = true)]
    user_name: Option<String>,
    /// What they may do from then on; null for nothing
    #[schema(required = true)]
    level: Option<Level>,
    /// The id of the account that decided
    changed_by: String,
    /// What that account is called, if it is still there
    #[schema(required = true)]
    changed_by_name: Option<String>,
    /// When
    changed_at: String,
}

impl From<Decision> for DecisionDto {
    fn from(decision: Decision) -> Self {
        let ((user, user_name), (changed_by, changed_by_name)) = (decision.user, decision.changed_by);
        Self {
            user_id: user.0,
            user_name,
            level: decision.level.map(Level::from),
            changed_by: changed_by.0,
            changed_by_name,
            changed_at: row(decision.changed_at),
        }
    }
}

/// The latest decisions about sharing a board, the newest first. For those who manage the board.
#[utoipa::path(operation_id = "list_board_share_history", tag = "boards", params(BoardPath),
    responses((status = 200, body = Vec<DecisionDto>)))]
#[get("/api/v1/boards/{board_id}/shares/history")]
pub(crate) async fn share_history(call: Call) -> Result<HttpResponse, ApiError> {
    let id = BoardId(call.path::<BoardPath>()?.board_id);
    let history = call.run(move |app, actor| app.boards.share_history(actor, &id)).await?;
    Ok(json(&history.into_iter().map(DecisionDto::from).collect::<Vec<_>>()))
}
