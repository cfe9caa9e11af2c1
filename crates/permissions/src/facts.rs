//! What storage knows about an object that matters for a decision. Storage fills these in; nothing is assumed.

use invoke_domain::{BoardId, ImageName, ItemId, ModelKey, PresetId, SystemPromptId, UserId, WorkflowId};

/// Who may see a board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardVisibility {
    /// Its owner.
    Private,
    /// Everybody sees it.
    Shared,
    /// Everybody sees it and puts own images on it.
    Public,
}

impl BoardVisibility {
    /// The word used in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Shared => "shared",
            Self::Public => "public",
        }
    }

    /// The value of the word `text`, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Private, Self::Shared, Self::Public].into_iter().find(|value| value.as_str() == text)
    }
}

/// What one person may do on a board that is shared with them. Each level includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShareLevel {
    /// See it and its images.
    Read,
    /// Put own images on it, take images off it, edit them.
    Write,
    /// Rename it and decide with whom it is shared.
    Admin,
}

impl ShareLevel {
    /// The word used in the database and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// The level of the word `text`, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin].into_iter().find(|level| level.as_str() == text)
    }
}

/// Who may begin to share a board (`board_sharing`). Those who were made a board's managers go on from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BoardSharing {
    /// Administrators.
    #[default]
    Admins,
    /// Its owner as well.
    Owners,
}

/// What users see of other users' queue items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueueVisibility {
    /// Nothing but counts.
    Own,
    /// That they are there, without owner, content and names.
    Redacted,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoardFacts {
    /// Which one.
    pub id: BoardId,
    /// Owner.
    pub owner: UserId,
    /// Who may see it.
    pub visibility: BoardVisibility,
    /// The people it is shared with.
    pub shares: Vec<(UserId, ShareLevel)>,
}

impl BoardFacts {
    /// A board that is shared with no single person.
    pub fn new(id: BoardId, owner: UserId, visibility: BoardVisibility) -> Self {
        Self { id, owner, visibility, shares: Vec::new() }
    }

    /// What a person may do on it by being one of those it is shared with.
    pub fn level_of(&self, user: &UserId) -> Option<ShareLevel> {
        self.shares.iter().find(|(shared_with, _)| shared_with == user).map(|(_, level)| *level)
    }
}

/// An image and the board it lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageFacts {
    /// Which one.
    pub name: ImageName,
    /// Owner.
    pub owner: UserId,
    /// The board it lies on.
    pub board: Option<BoardFacts>,
}

/// A queue item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemFacts {
    /// Which one.
    pub id: ItemId,
    /// Owner.
    pub owner: UserId,
}

/// Who may publish workflows to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkflowPublish {
    /// Administrators.
    Admins,
    /// Whoever owns the workflow.
    Owners,
}

/// A workflow of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFacts {
    /// Which one.
    pub id: WorkflowId,
    /// Owner.
    pub owner: UserId,
    /// Everybody may look at it.
    pub is_public: bool,
    /// It comes with the program.
    pub is_default: bool,
}

/// A style preset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetFacts {
    /// Which one.
    pub id: PresetId,
    /// Owner.
    pub owner: UserId,
    /// Everybody may use it.
    pub is_public: bool,
    /// It is one of those for everybody that administrators keep.
    pub is_default: bool,
}

/// A system prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPromptFacts {
    /// Which one.
    pub id: SystemPromptId,
    /// Owner.
    pub owner: UserId,
    /// Everybody may use it.
    pub is_public: bool,
}

/// An installed model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFacts {
    /// Which one.
    pub key: ModelKey,
    /// The only people beside administrators who may use it; absent when everybody may.
    pub restricted_to: Option<Vec<UserId>>,
}
