//! Workflows of the library.

use crate::ids::{UserId, WorkflowId};
use jiff::Timestamp;

/// Where a workflow comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkflowCategory {
    /// Somebody saved it.
    User,
    /// It comes with the program.
    Default,
}

impl WorkflowCategory {
    /// The word used in the document and in the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Default => "default",
        }
    }

    /// The category of the word `text`, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::User, Self::Default].into_iter().find(|category| category.as_str() == text)
    }
}

/// What a listing says about a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowEntry {
    /// Which one.
    pub id: WorkflowId,
    /// Owner.
    pub user_id: UserId,
    /// Everybody may look at it.
    pub is_public: bool,
    /// Where it comes from.
    pub category: WorkflowCategory,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Words to find it by, separated by commas.
    pub tags: String,
    /// How many `workflow_return` nodes it has; one with exactly one may be called by others.
    pub returns: i64,
    /// When it was saved first.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When its owner opened it last.
    pub opened_at: Option<Timestamp>,
}

/// A workflow with its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRecord {
    /// What a listing says about it.
    pub entry: WorkflowEntry,
    /// The document: JSON as text.
    pub document: String,
}
