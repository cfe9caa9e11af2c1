//! Images: what is recorded about a picture; its pixels lie in a file.

use crate::ids::{BoardId, ImageName, SessionId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where an image came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageOrigin {
    /// Made by a node.
    Internal,
    /// Uploaded.
    External,
}

/// What an image is for; `General` ones are the gallery's images, all others its assets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageCategory {
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

macro_rules! text_enum {
    ($name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        impl $name {
            /// The word used in the database and in the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The value of the word `text`, if it is one.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
pub(crate) use text_enum;

text_enum!(ImageOrigin { Internal = "internal", External = "external" });
text_enum!(ImageCategory { General = "general", Mask = "mask", Control = "control", User = "user", Other = "other" });

/// One row about one image file.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageRecord {
    /// File name and id.
    pub name: ImageName,
    /// Owner.
    pub user_id: UserId,
    /// Made by a node or uploaded.
    pub origin: ImageOrigin,
    /// What it is for.
    pub category: ImageCategory,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The session that made it.
    pub session_id: Option<SessionId>,
    /// The prepared node that made it.
    pub node_id: Option<String>,
    /// Generation metadata, a JSON object as text.
    pub metadata: Option<String>,
    /// Kept out of the gallery and cleared on demand.
    pub is_intermediate: bool,
    /// Marked by its owner.
    pub starred: bool,
    /// The file carries a workflow.
    pub has_workflow: bool,
    /// Folder below the images folder, empty for none.
    pub subfolder: String,
    /// The board it lies on.
    pub board_id: Option<BoardId>,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Time of deletion; always absent in practice.
    pub deleted_at: Option<Timestamp>,
}
