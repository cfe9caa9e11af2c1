//! Which images a listing names, as query parameters.

use super::{Category, ResourceOrigin};
use crate::wire::Direction;
use invoke_domain::BoardId;
use invoke_library::{BoardChoice, ImageFilter, ImageOrder, ImageQuery};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// The origin of images to list.
    #[param(inline)]
    image_origin: Option<ResourceOrigin>,
    /// The categories of image to include.
    #[param(inline)]
    categories: Option<Vec<Category>>,
    /// Whether to list intermediate images.
    is_intermediate: Option<bool>,
    /// The board id to filter by. Use 'none' to find images without a board.
    board_id: Option<String>,
    /// The order of sort
    #[serde(default)]
    #[param(inline, default = "DESC")]
    order_dir: Direction,
    /// Whether to sort by starred images first
    #[serde(default = "yes")]
    #[param(default = true)]
    starred_first: bool,
    /// The term to search for
    search_term: Option<String>,
}

pub(crate) fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// The page offset
    #[serde(default)]
    #[param(minimum = 0, default = 0)]
    pub(super) offset: i64,
    /// The number of images per page
    #[serde(default = "ten")]
    #[param(minimum = 0, maximum = 1000, default = 10)]
    pub(super) limit: i64,
}

fn ten() -> i64 {
    10
}

impl Selection {
    /// The question for the library, about all that match.
    pub(super) fn query(self) -> ImageQuery {
        query(Parts {
            origin: self.image_origin,
            categories: self.categories,
            is_intermediate: self.is_intermediate,
            board_id: self.board_id,
            order_dir: self.order_dir,
            starred_first: self.starred_first,
            search_term: self.search_term,
        })
    }
}

impl Paging {
    /// A page of what `query` asks for.
    pub(crate) fn of(self, query: ImageQuery) -> ImageQuery {
        let size = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        ImageQuery { offset: size(self.offset), limit: size(self.limit), ..query }
    }
}

/// What the listings of images, of the gallery and of days have in common.
pub(crate) struct Parts {
    pub(crate) origin: Option<ResourceOrigin>,
    pub(crate) categories: Option<Vec<Category>>,
    pub(crate) is_intermediate: Option<bool>,
    pub(crate) board_id: Option<String>,
    pub(crate) order_dir: Direction,
    pub(crate) starred_first: bool,
    pub(crate) search_term: Option<String>,
}

/// The question for the library.
pub(crate) fn query(parts: Parts) -> ImageQuery {
    ImageQuery {
        board: board(parts.board_id.as_deref()),
        filter: ImageFilter {
            origin: parts.origin.map(Into::into),
            categories: parts.categories.map(|list| list.into_iter().map(Into::into).collect()),
            is_intermediate: parts.is_intermediate,
            search: parts.search_term,
            date: None,
        },
        order: ImageOrder {
            starred_first: parts.starred_first,
            newest_first: parts.order_dir == Direction::Descending,
        },
        offset: 0,
        limit: u32::MAX,
    }
}

/// The board an id means; `none` is the place of what lies on no board.
pub(crate) fn board(id: Option<&str>) -> BoardChoice {
    match id {
        None => BoardChoice::Any,
        Some("none") => BoardChoice::Uncategorized,
        Some(id) => BoardChoice::Board(BoardId::from(id)),
    }
}
