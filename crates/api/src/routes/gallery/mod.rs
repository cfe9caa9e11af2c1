//! The gallery: images and, in the reference, videos together. There are no videos here, so all items are images.

pub(crate) mod item_names;
pub(crate) mod items;
pub(crate) mod names;

use crate::call::Call;
use crate::error::ApiError;
use crate::routes::images::filter::Selection;
use crate::routes::images::{Category, ResourceOrigin};
use crate::wire::row;
use invoke_domain::{ImageName, ImageRecord};
use invoke_library::{ImageQuery, NameList};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What an item is.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = GalleryItemKind)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A picture.
    Image,
    /// A film; there are none yet.
    #[expect(dead_code, reason = "clients know the word")]
    Video,
}

/// Where items are from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Origin {
    /// The origin of items to list.
    #[param(inline)]
    origin: Option<ResourceOrigin>,
}

/// The question that a call asks about the gallery.
fn asked(call: &Call) -> Result<ImageQuery, ApiError> {
    Ok(call.query::<Selection>()?.query(call.query::<Origin>()?.origin))
}

/// One item of the gallery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GalleryItem {
    /// Whether the item is an image or video.
    kind: Kind,
    /// The unique name of the image or video.
    name: String,
    /// URL to the full-resolution image PNG or the full-quality video MP4.
    full_url: String,
    /// URL to the static (WebP) thumbnail.
    thumbnail_url: String,
    /// The width of the item in pixels.
    width: u32,
    /// The height of the item in pixels.
    height: u32,
    /// The category of the item (images and videos share the same enum).
    #[schema(value_type = Category)]
    category: &'static str,
    /// Whether the item is starred.
    starred: bool,
    /// Whether the item is an intermediate output.
    is_intermediate: bool,
    /// Owning board id, if any.
    board_id: Option<String>,
    /// The created timestamp of the item.
    created_at: String,
    /// Video duration in seconds. None for images.
    duration: Option<f64>,
    /// Video frames per second. None for images.
    fps: Option<f64>,
}

impl From<ImageRecord> for GalleryItem {
    fn from(image: ImageRecord) -> Self {
        let name = image.name.0;
        Self {
            kind: Kind::Image,
            full_url: format!("api/v1/images/i/{name}/full"),
            thumbnail_url: format!("api/v1/images/i/{name}/thumbnail"),
            name,
            width: image.width,
            height: image.height,
            category: image.category.as_str(),
            starred: image.starred,
            is_intermediate: image.is_intermediate,
            board_id: image.board_id.map(|id| id.0),
            created_at: row(image.created_at),
            duration: None,
            fps: None,
        }
    }
}

/// The name of an item, and what it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GalleryItemRef {
    /// Whether the item is an image or video.
    kind: Kind,
    /// The unique name of the image or video.
    #[schema(value_type = String)]
    name: ImageName,
}

/// Names in order, each with what it is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GalleryItemNamesResult {
    /// Ordered list of (kind, name) references.
    items: Vec<GalleryItemRef>,
    /// Number of starred items (when starred_first=True).
    starred_count: usize,
    /// Total number of items matching the query.
    total_count: usize,
}

impl From<NameList> for GalleryItemNamesResult {
    fn from(found: NameList) -> Self {
        let total_count = found.names.len();
        let items = found.names.into_iter().map(|name| GalleryItemRef { kind: Kind::Image, name }).collect();
        Self { items, starred_count: found.starred_count, total_count }
    }
}
