//! Texts that tell a language model how to write prompts.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use crate::wire::iso;
use invoke_domain::SystemPrompt;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PromptPath {
    /// The id of the system prompt
    system_prompt_id: String,
}

/// A system prompt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SystemPromptRecordDTO)]
pub(crate) struct PromptDto {
    /// The name of the system prompt.
    name: String,
    /// The system prompt content.
    content: String,
    /// The system prompt ID.
    id: String,
    /// The owning user id ('system' for built-in defaults, and for everything created in single-user mode).
    user_id: String,
    /// Whether the prompt is shared with all users.
    is_public: bool,
    /// When the system prompt was created.
    created_at: String,
    /// When the system prompt was last updated.
    updated_at: String,
}

impl From<SystemPrompt> for PromptDto {
    fn from(prompt: SystemPrompt) -> Self {
        Self {
            name: prompt.name,
            content: prompt.content,
            id: prompt.id.0,
            user_id: prompt.user_id.0,
            is_public: prompt.is_public,
            created_at: iso(prompt.created_at),
            updated_at: iso(prompt.updated_at),
        }
    }
}
