//! System prompts: texts that tell a language model how to write prompts.

use crate::LibraryError;
use invoke_domain::{Random, SystemPrompt, SystemPromptId, new_uuid};
use invoke_permissions::{Actor, SystemPromptFacts, policy};
use invoke_storage::system_prompts::{self as rows, NewSystemPrompt, SystemPromptChanges};
use invoke_storage::{Database, ReadTx};
use std::sync::Arc;

/// All system prompts. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct SystemPrompts {
    db: Database,
    /// Several people: what is new belongs to its maker alone. Otherwise it is everybody's.
    multiuser: bool,
    random: Arc<dyn Random>,
}

impl SystemPrompts {
    /// The system prompts of `db`.
    pub fn new(db: Database, multiuser: bool, random: Arc<dyn Random>) -> Self {
        Self { db, multiuser, random }
    }

    /// The prompts the actor may use, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(&self, actor: &Actor) -> Result<Vec<SystemPrompt>, LibraryError> {
        self.db.read(|tx| Ok(rows::list(tx, &actor.scope())?))
    }

    /// A prompt.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not look at it.
    pub fn get(&self, actor: &Actor, id: &SystemPromptId) -> Result<SystemPrompt, LibraryError> {
        self.db.read(|tx| {
            let grant = policy::view_prompt(actor, &facts(tx, id)?)?;
            rows::get(tx, &grant)?.ok_or_else(|| missing(id))
        })
    }

    /// Keeps a new prompt as the actor's own.
    ///
    /// # Errors
    /// When the database fails.
    pub fn create(&self, actor: &Actor, name: String, content: String) -> Result<SystemPrompt, LibraryError> {
        let prompt = NewSystemPrompt {
            id: SystemPromptId(new_uuid(&*self.random)),
            user_id: actor.user_id().clone(),
            name,
            content,
            is_public: !self.multiuser,
        };
        self.db.write(|tx| Ok(rows::insert(tx, &prompt)?))
    }

    /// Changes a prompt.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn update(
        &self,
        actor: &Actor,
        id: &SystemPromptId,
        changes: &SystemPromptChanges,
    ) -> Result<SystemPrompt, LibraryError> {
        self.db.write(|tx| {
            let grant = policy::edit_prompt(actor, &facts(tx, id)?)?;
            Ok(rows::update(tx, &grant, changes)?)
        })
    }

    /// Deletes a prompt.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn delete(&self, actor: &Actor, id: &SystemPromptId) -> Result<(), LibraryError> {
        self.db.write(|tx| {
            let grant = policy::delete_prompt(actor, &facts(tx, id)?)?;
            Ok(rows::delete(tx, &grant)?)
        })
    }
}

fn missing(id: &SystemPromptId) -> LibraryError {
    LibraryError::SystemPromptNotFound { id: id.clone() }
}

fn facts(tx: &ReadTx<'_>, id: &SystemPromptId) -> Result<SystemPromptFacts, LibraryError> {
    rows::facts(tx, id)?.ok_or_else(|| missing(id))
}
