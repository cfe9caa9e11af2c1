//! Images: records, files, metadata.

pub(crate) mod by_names;
pub(crate) mod count_intermediates;
pub(crate) mod delete;
pub(crate) mod full;
pub(crate) mod get;
pub(crate) mod head_full;
pub(crate) mod list;
pub(crate) mod metadata;
pub(crate) mod names;
pub(crate) mod thumbnail;
pub(crate) mod workflow;

mod filter;
pub(crate) mod media;

use crate::wire::row;
use invoke_domain::{ImageCategory, ImageOrigin, ImageRecord};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct ImagePath {
    /// The name of the image
    image_name: String,
}

/// An image as the pages show it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImageDTO)]
pub(crate) struct ImageDto {
    /// The unique name of the image.
    image_name: String,
    /// The URL of the image.
    image_url: String,
    /// The URL of the image's thumbnail.
    thumbnail_url: String,
    /// The type of the image.
    #[schema(value_type = ResourceOrigin)]
    image_origin: &'static str,
    /// The category of the image.
    #[schema(value_type = Category)]
    image_category: &'static str,
    /// The width of the image in px.
    width: u32,
    /// The height of the image in px.
    height: u32,
    /// The created timestamp of the image.
    created_at: String,
    /// The updated timestamp of the image.
    updated_at: String,
    /// The deleted timestamp of the image.
    deleted_at: Option<String>,
    /// Whether this is an intermediate image.
    is_intermediate: bool,
    /// The session ID that generated this image, if it is a generated image.
    session_id: Option<String>,
    /// The node ID that generated this image, if it is a generated image.
    node_id: Option<String>,
    /// Whether this image is starred.
    starred: bool,
    /// Whether this image has a workflow.
    has_workflow: bool,
    /// The subfolder where the image is stored on disk.
    #[schema(required = false)]
    image_subfolder: String,
    /// The id of the board the image belongs to, if one exists.
    board_id: Option<String>,
}

impl From<ImageRecord> for ImageDto {
    fn from(image: ImageRecord) -> Self {
        let name = image.name.0;
        Self {
            image_url: format!("api/v1/images/i/{name}/full"),
            thumbnail_url: format!("api/v1/images/i/{name}/thumbnail"),
            image_name: name,
            image_origin: image.origin.as_str(),
            image_category: image.category.as_str(),
            width: image.width,
            height: image.height,
            created_at: row(image.created_at),
            updated_at: row(image.updated_at),
            deleted_at: image.deleted_at.map(row),
            is_intermediate: image.is_intermediate,
            session_id: image.session_id.map(|id| id.0),
            node_id: image.node_id,
            starred: image.starred,
            has_workflow: image.has_workflow,
            image_subfolder: image.subfolder,
            board_id: image.board_id.map(|id| id.0),
        }
    }
}

/// Where an image came from.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ResourceOrigin {
    /// Made by a node.
    Internal,
    /// Uploaded.
    External,
}

impl From<ResourceOrigin> for ImageOrigin {
    fn from(origin: ResourceOrigin) -> Self {
        match origin {
            ResourceOrigin::Internal => Self::Internal,
            ResourceOrigin::External => Self::External,
        }
    }
}

/// What an image is for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[schema(as = ImageCategory)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Category {
    /// A finished picture.
    General,
    /// A mask.
    Mask,
    /// A control image.
    Control,
    /// An upload.
    User,
    /// Anything else.
    Other,
}

impl From<Category> for ImageCategory {
    fn from(category: Category) -> Self {
        match category {
            Category::General => Self::General,
            Category::Mask => Self::Mask,
            Category::Control => Self::Control,
            Category::User => Self::User,
            Category::Other => Self::Other,
        }
    }
}
