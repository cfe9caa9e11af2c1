//! Which images a listing names, as query parameters.

use super::{Category, ResourceOrigin};
use crate::wire::Direction;
use invoke_domain::BoardId;
use invoke_library::{BoardChoice, ImageFilter, ImageOrder, ImageQuery};
use serde::Deserialize;
use utoipa::IntoParams;

/// What the listings of images and of the gallery have in common; where a picture is from has another name in each.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// The categories to include.
    #[param(inline)]
    pub(crate) categories: Option<Vec<Category>>,
    /// Whether to list intermediate images.
    pub(crate) is_intermediate: Option<bool>,
    /// The board id to filter by. Use 'none' to find what lies on no board.
    pub(crate) board_id: Option<String>,
    /// The order of sort
    #[serde(default)]
    #[param(inline, default = "DESC")]
    pub(crate) order_dir: Direction,
    /// Whether to sort by starred ones first
    #[serde(default = "yes")]
    #[param(default = true)]
    pub(crate) starred_first: bool,
    /// The term to search for
    pub(crate) search_term: Option<String>,
}

/// Where images are from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Origin {
    /// The origin of images to list.
    #[param(inline)]
    pub(super) image_origin: Option<ResourceOrigin>,
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
    pub(crate) fn query(self, origin: Option<ResourceOrigin>) -> ImageQuery {
        ImageQuery {
            board: board(self.board_id.as_deref()),
            filter: ImageFilter {
                origin: origin.map(Into::into),
                categories: self.categories.map(|list| list.into_iter().map(Into::into).collect()),
                is_intermediate: self.is_intermediate,
                search: self.search_term,
                date: None,
            },
            order: ImageOrder {
                starred_first: self.starred_first,
                newest_first: self.order_dir == Direction::Descending,
            },
            offset: 0,
            limit: u32::MAX,
        }
    }
}

impl Paging {
    /// A page of what `query` asks for.
    pub(crate) fn of(self, query: ImageQuery) -> ImageQuery {
        let size = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        ImageQuery { offset: size(self.offset), limit: size(self.limit), ..query }
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
