//! System prompts: texts that tell a language model how to write prompts.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx, users};
use invoke_domain::{SystemPrompt, SystemPromptId, UserId};
use invoke_permissions::{Delete, Edit, Grant, Prompt, Scope, SystemPromptFacts, View};
use rusqlite::{OptionalExtension, Row, named_params};

#[cfg(test)]
mod tests;

fn row_to_prompt(row: &Row<'_>) -> rusqlite::Result<SystemPrompt> {
    Ok(SystemPrompt {
        id: SystemPromptId(row.get("id")?),
        user_id: UserId(row.get("user_id")?),
        name: row.get("name")?,
        content: row.get("content")?,
        is_public: row.get("is_public")?,
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
    })
}

/// What decides about a prompt; `None` when there is none of this id.
pub fn facts(tx: &ReadTx<'_>, id: &SystemPromptId) -> Result<Option<SystemPromptFacts>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT user_id, is_public FROM system_prompts WHERE id = ?1")?;
    let row = statement.query_row([id.as_str()], |row| {
        Ok(SystemPromptFacts { id: id.clone(), owner: UserId(row.get(0)?), is_public: row.get(1)? })
    });
    Ok(row.optional()?)
}

/// A prompt; `None` when it went away since its facts were read.
pub fn get(tx: &ReadTx<'_>, grant: &Grant<Prompt, View>) -> Result<Option<SystemPrompt>, StorageError> {
    find(tx, grant.id())
}

fn find(tx: &ReadTx<'_>, id: &SystemPromptId) -> Result<Option<SystemPrompt>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), "WHERE id = ?1"))?;
    Ok(statement.query_row([id.as_str()], row_to_prompt).optional()?)
}

fn found(tx: &Tx<'_>, id: &SystemPromptId) -> Result<SystemPrompt, StorageError> {
    find(tx, id)?.ok_or_else(|| StorageError::from(rusqlite::Error::QueryReturnedNoRows))
}

/// The prompts of a scope, and the public ones, by name.
pub fn list(tx: &ReadTx<'_>, scope: &Scope) -> Result<Vec<SystemPrompt>, StorageError> {
    let mut statement = tx.sql().prepare_cached(concat!(include_str!("select.sql"), include_str!("visible.sql")))?;
    let owner = scope.owner().map(UserId::as_str);
    Ok(statement.query_map([owner], row_to_prompt)?.collect::<Result<_, _>>()?)
}

/// A prompt to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSystemPrompt {
    /// Its id, new.
    pub id: SystemPromptId,
    /// Its owner.
    pub user_id: UserId,
    /// Its name.
    pub name: String,
    /// The text.
    pub content: String,
    /// Everybody may use it.
    pub is_public: bool,
}

/// Adds a prompt. Everybody may have some, so there is no grant for that: the owner must be the one who asked.
pub fn insert(tx: &Tx<'_>, prompt: &NewSystemPrompt) -> Result<SystemPrompt, StorageError> {
    users::must_exist(tx, &prompt.user_id)?;
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":id": prompt.id.as_str(),
        ":name": prompt.name,
        ":content": prompt.content,
        ":user_id": prompt.user_id.as_str(),
        ":is_public": prompt.is_public,
        ":now": SqlTime(tx.now()),
    })?;
    found(tx, &prompt.id)
}

/// What to change; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemPromptChanges {
    /// Its name.
    pub name: Option<String>,
    /// The text.
    pub content: Option<String>,
    /// Everybody may use it, or not.
    pub is_public: Option<bool>,
}

/// Changes a prompt.
pub fn update(
    tx: &Tx<'_>,
    grant: &Grant<Prompt, Edit>,
    changes: &SystemPromptChanges,
) -> Result<SystemPrompt, StorageError> {
    tx.sql().prepare_cached(include_str!("update.sql"))?.execute(named_params! {
        ":id": grant.id().as_str(),
        ":name": changes.name,
        ":content": changes.content,
        ":is_public": changes.is_public,
    })?;
    found(tx, grant.id())
}

/// Deletes a prompt.
pub fn delete(tx: &Tx<'_>, grant: &Grant<Prompt, Delete>) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM system_prompts WHERE id = ?1")?.execute([grant.id().as_str()])?;
    Ok(())
}
