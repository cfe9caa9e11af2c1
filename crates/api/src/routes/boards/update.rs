//! Change a board.

use super::{BoardDto, BoardPath, Visibility};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, patch};
use invoke_domain::{BoardId, ImageName};
use invoke_library::{BoardChanges as Changes, BoardUpdate, LibraryError};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BoardChanges {
    /// The board's new name.
    #[schema(max_length = 300)]
    board_name: Option<String>,
    /// The name of the board's new cover image.
    cover_image_name: Option<String>,
    /// Whether or not the board is archived
    archived: Option<bool>,
    /// The visibility of the board.
    board_visibility: Option<Visibility>,
    /// What the board is for; empty for nothing.
    #[schema(max_length = 4000)]
    description: Option<String>,
}

/// Changes a board.
#[utoipa::path(operation_id = "update_board", tag = "boards", params(BoardPath), request_body = BoardChanges,
    responses((status = 201, description = "The board was updated successfully", body = BoardDto)))]
#[patch("/api/v1/boards/{board_id}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = BoardId(call.path::<BoardPath>()?.board_id);
    let changes: BoardChanges = call.body().await?;
    let update = BoardUpdate {
        changes: Changes {
            name: changes.board_name,
            description: changes.description,
            cover: changes.cover_image_name.map(ImageName),
            archived: changes.archived,
            make_private: false,
        },
        visibility: changes.board_visibility.map(Into::into),
    };
    let board = call
        .run(move |app, actor| {
            app.boards.update(actor, &id, &update).map_err(|error| match error {
                LibraryError::Denied(denied) if denied.action == "edit" => {
                    ApiError::forbidden("Not authorized to update this board")
                }
                other => other.into(),
            })
        })
        .await?;
    Ok(HttpResponse::Created().json(BoardDto::new(board, false)))
}
