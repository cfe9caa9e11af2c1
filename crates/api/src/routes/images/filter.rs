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

fn yes() -> bool {
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
    /// The question for the library; without paging all of them are meant.
    pub(super) fn query(self, paging: Option<Paging>) -> ImageQuery {
        let board = match self.board_id.as_deref() {
            None => BoardChoice::Any,
            Some("none") => BoardChoice::Uncategorized,
            Some(id) => BoardChoice::Board(BoardId::from(id)),
        };
        let size = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        ImageQuery {
            board,
            filter: ImageFilter {
                origin: self.image_origin.map(Into::into),
                categories: self.categories.map(|list| list.into_iter().map(Into::into).collect()),
                is_intermediate: self.is_intermediate,
                search: self.search_term,
            },
            order: ImageOrder {
                starred_first: self.starred_first,
                newest_first: self.order_dir == Direction::Descending,
            },
            offset: paging.map_or(0, |paging| size(paging.offset)),
            limit: paging.map_or(u32::MAX, |paging| size(paging.limit)),
        }
    }
}
