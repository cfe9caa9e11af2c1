//! Texts kept for prompts: style presets and system prompts.

use crate::ids::{PresetId, SystemPromptId, UserId};
use jiff::Timestamp;

/// A style to put around a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StylePreset {
    /// Which one.
    pub id: PresetId,
    /// Owner.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// The prompt; `{prompt}` stands for what the user wrote.
    pub positive_prompt: String,
    /// The negative prompt, likewise.
    pub negative_prompt: String,
    /// It comes with the program, or an administrator added it for everybody.
    pub is_default: bool,
    /// Everybody may use it.
    pub is_public: bool,
}

/// A text that tells a language model how to write prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemPrompt {
    /// Which one.
    pub id: SystemPromptId,
    /// Owner.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// The text.
    pub content: String,
    /// Everybody may use it.
    pub is_public: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
