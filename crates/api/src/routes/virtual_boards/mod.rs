//! Boards that nobody made: one for each day on which images were.

pub(crate) mod by_date;
pub(crate) mod image_names;
pub(crate) mod item_names;

use crate::routes::images::{Category, filter};
use crate::wire::Direction;
use invoke_library::ImageQuery;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DayPath {
    /// The ISO date string, e.g. '2026-03-18'.
    date: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Selection {
    /// Whether to sort starred images first
    #[serde(default = "filter::yes")]
    #[param(default = true)]
    starred_first: bool,
    /// The sort direction
    #[serde(default)]
    #[param(inline, default = "DESC")]
    order_dir: Direction,
    /// The categories of images to include
    #[param(inline)]
    categories: Option<Vec<Category>>,
    /// Search term to filter images
    search_term: Option<String>,
}

impl Selection {
    /// What the caller made on that day and did not mean to pass by.
    fn query(self, day: DayPath) -> ImageQuery {
        let Self { starred_first, order_dir, categories, search_term } = self;
        let is_intermediate = Some(false);
        let selection =
            filter::Selection { categories, is_intermediate, board_id: None, order_dir, starred_first, search_term };
        let mut query = selection.query(None);
        query.filter.date = Some(day.date);
        query
    }
}
