//! Videos: none are made or kept yet. Listings are empty, single ones are not found, and an upload is told so.

pub(crate) mod add_to_board;
pub(crate) mod delete;
pub(crate) mod delete_from_list;
pub(crate) mod delete_uncategorized;
pub(crate) mod full;
pub(crate) mod get;
pub(crate) mod head_full;
pub(crate) mod list;
pub(crate) mod metadata;
pub(crate) mod names;
pub(crate) mod remove_from_board;
pub(crate) mod star;
pub(crate) mod thumbnail;
pub(crate) mod unstar;
pub(crate) mod update;
pub(crate) mod upload;
pub(crate) mod urls;
pub(crate) mod workflow;

use crate::error::ApiError;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "only documented: no name is ever found")]
pub(crate) struct VideoPath {
    /// The name of the video
    video_name: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = VideoNamesBatch)]
#[expect(dead_code, reason = "no name is ever found")]
pub(crate) struct VideoNames {
    /// The list of video names to process
    #[schema(max_items = 1000, inline)]
    video_names: Vec<ShortName>,
}

/// A name no longer than file systems allow.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(max_length = 255)]
#[expect(dead_code, reason = "no name is ever found")]
pub(crate) struct ShortName(String);

fn not_found() -> ApiError {
    ApiError::not_found("Video not found")
}
