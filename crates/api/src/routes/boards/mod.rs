//! Boards, and with whom they are shared.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod image_names;
pub(crate) mod list;
pub(crate) mod share;
pub(crate) mod share_candidates;
pub(crate) mod share_history;
pub(crate) mod shares;
pub(crate) mod unshare;
pub(crate) mod update;

use crate::error::ApiError;
use crate::wire::row;
use invoke_library::{BoardRecord, LibraryError, Person, SharedWith};
use invoke_permissions::{BoardVisibility, ShareLevel};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct BoardPath {
    /// The id of board to get
    board_id: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct SharePath {
    /// The id of the board
    board_id: String,
    /// The id of the account
    user_id: String,
}

/// Who may see a board.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = BoardVisibility)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Visibility {
    /// Its owner, and those it is shared with.
    Private,
    /// Everybody.
    Shared,
    /// Everybody, who may also put images on it.
    Public,
}

impl From<Visibility> for BoardVisibility {
    fn from(visibility: Visibility) -> Self {
        match visibility {
            Visibility::Private => Self::Private,
            Visibility::Shared => Self::Shared,
            Visibility::Public => Self::Public,
        }
    }
}

/// What a person may do on a board that is shared with them.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[schema(as = BoardShareLevel)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Level {
    /// See it.
    Read,
    /// Put own images on it, take images off it, edit them.
    Write,
    /// Rename it and decide with whom it is shared.
    Admin,
}

impl From<Level> for ShareLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Read => Self::Read,
            Level::Write => Self::Write,
            Level::Admin => Self::Admin,
        }
    }
}

impl From<ShareLevel> for Level {
    fn from(level: ShareLevel) -> Self {
        match level {
            ShareLevel::Read => Self::Read,
            ShareLevel::Write => Self::Write,
            ShareLevel::Admin => Self::Admin,
        }
    }
}

/// A board as the pages show it. The last four fields are there only where a board is described or shared with people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoardDTO)]
pub(crate) struct BoardDto {
    /// The unique ID of the board.
    board_id: String,
    /// The name of the board.
    board_name: String,
    /// The user ID of the board owner.
    user_id: String,
    /// The created timestamp of the board.
    created_at: String,
    /// The updated timestamp of the board.
    updated_at: String,
    /// The deleted timestamp of the board.
    deleted_at: Option<String>,
    /// The name of the board's cover image.
    #[schema(required = true)]
    cover_image_name: Option<String>,
    /// Whether or not the board is archived.
    archived: bool,
    /// The visibility of the board.
    #[schema(value_type = Visibility, required = false)]
    board_visibility: &'static str,
    /// The name of the board's cover video, when the most recent item is a video.
    cover_video_name: Option<String>,
    /// The number of images in the board.
    image_count: i64,
    /// The number of videos in the board.
    #[schema(required = false)]
    video_count: i64,
    /// The number of assets in the board.
    asset_count: i64,
    /// The username of the board owner (for admin view).
    owner_username: Option<String>,
    /// What the board is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// What the caller may do on it because it is shared with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_level: Option<Level>,
    /// Who shares it with the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_by: Option<String>,
    /// With how many people it is shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared_with_count: Option<i64>,
}

impl BoardDto {
    /// The board; `names_owners` where the owner's name is shown, which is in administrators' lists.
    pub(super) fn new(board: BoardRecord, names_owners: bool) -> Self {
        // The table's trigger notes changes to the second.
        let updated_at = row(board.updated_at);
        Self {
            board_id: board.id.0,
            board_name: board.name,
            user_id: board.user_id.0,
            created_at: row(board.created_at),
            updated_at: updated_at.strip_suffix(".000").map_or(updated_at.clone(), str::to_owned),
            deleted_at: board.deleted_at.map(row),
            cover_image_name: board.cover.map(|name| name.0),
            archived: board.archived,
            board_visibility: board.visibility.as_str(),
            cover_video_name: None,
            image_count: board.images,
            video_count: 0,
            asset_count: board.assets,
            owner_username: board.owner_name.clone().filter(|_| names_owners),
            description: board.description,
            access_level: board.level.map(Level::from),
            shared_by: board.owner_name.filter(|_| board.level.is_some()),
            shared_with_count: Some(board.people).filter(|people| *people > 0),
        }
    }
}

/// An account, as far as those who share boards need to know.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BoardSharePerson {
    /// The id of the account
    user_id: String,
    /// Display name
    #[schema(required = true)]
    display_name: Option<String>,
    /// E-mail address
    email: String,
}

impl From<Person> for BoardSharePerson {
    fn from(person: Person) -> Self {
        Self { user_id: person.id.0, display_name: person.display_name, email: person.email }
    }
}

/// A person a board is shared with.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BoardShare {
    /// The id of the account
    user_id: String,
    /// Display name
    #[schema(required = true)]
    display_name: Option<String>,
    /// E-mail address
    email: String,
    /// What they may do
    level: Level,
    /// Since when it is shared with them
    shared_at: String,
    /// The id of the account that gave the level
    #[schema(required = true)]
    shared_by: Option<String>,
}

impl From<SharedWith> for BoardShare {
    fn from(share: SharedWith) -> Self {
        Self {
            user_id: share.person.id.0,
            display_name: share.person.display_name,
            email: share.person.email,
            level: share.level.into(),
            shared_at: row(share.shared_at),
            shared_by: share.shared_by.map(|user| user.0),
        }
    }
}

/// A refusal in the words of the reference for this action on a board.
pub(super) fn denied(words: &'static str) -> impl FnOnce(LibraryError) -> ApiError {
    move |error| match error {
        LibraryError::Denied(_) => ApiError::forbidden(words),
        other => other.into(),
    }
}
