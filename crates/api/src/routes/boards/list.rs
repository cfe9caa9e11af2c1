//! The boards somebody sees.

use super::BoardDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::{Direction, json};
use actix_web::{HttpResponse, get};
use invoke_library::{BoardKey, BoardQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The order by options for board records
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[schema(as = BoardRecordOrderBy)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderBy {
    /// When it was made.
    #[default]
    CreatedAt,
    /// What it is called.
    BoardName,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// The attribute to order by
    #[serde(default)]
    #[param(inline, default = "created_at")]
    order_by: OrderBy,
    /// The direction to order by
    #[serde(default)]
    #[param(inline, default = "DESC")]
    direction: Direction,
    /// Whether to list all boards
    all: Option<bool>,
    /// The page offset
    offset: Option<i64>,
    /// The number of boards per page
    limit: Option<i64>,
    /// Whether or not to include archived boards in list
    #[serde(default)]
    #[param(default = false)]
    include_archived: bool,
}

/// A page of boards.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OffsetPaginatedResults_BoardDTO_)]
pub(crate) struct BoardPage {
    /// Limit of items to get
    limit: i64,
    /// Offset from which to retrieve items
    offset: i64,
    /// Total number of items in result
    total: i64,
    /// Items
    items: Vec<BoardDto>,
}

/// A page of boards, or all of them.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Boards {
    /// A page.
    Page(BoardPage),
    /// All.
    All(Vec<BoardDto>),
}

/// The caller's boards, those everybody sees and those shared with the caller; for administrators all. A page where
/// offset and limit are given, else all of them.
#[utoipa::path(operation_id = "list_boards", tag = "boards", params(Selection),
    responses((status = 200, body = inline(Boards))))]
#[get("/api/v1/boards/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let asked: Selection = call.query()?;
    let paging = asked.offset.zip(asked.limit).filter(|_| asked.all != Some(true));
    let (offset, limit) = paging.map_or((0, -1), |(offset, limit)| (offset.max(0), limit.max(0)));
    let query = BoardQuery {
        key: match asked.order_by {
            OrderBy::CreatedAt => BoardKey::CreatedAt,
            OrderBy::BoardName => BoardKey::Name,
        },
        descending: asked.direction == Direction::Descending,
        include_archived: asked.include_archived,
        offset,
        limit,
    };
    let (page, names_owners) =
        call.run(move |app, actor| app.boards.list(actor, &query).map(|page| (page, actor.is_admin()))).await?;
    let items = page.items.into_iter().map(|board| BoardDto::new(board, names_owners)).collect();
    Ok(json(&match paging {
        Some(_) => Boards::Page(BoardPage { limit, offset, total: page.total, items }),
        None => Boards::All(items),
    }))
}
