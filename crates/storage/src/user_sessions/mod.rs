//! Sign-ins that have not ended. A token names its sign-in; when the row is gone, so is the token.

use crate::time::SqlTime;
use crate::{StorageError, Tx};
use invoke_domain::UserId;
use jiff::Timestamp;
use rusqlite::{named_params, params};

#[cfg(test)]
mod tests;

/// Names one sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignInId(pub String);

impl SignInId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A sign-in that has just been made.
#[derive(Debug, Clone)]
pub struct NewSignIn<'a> {
    /// Id.
    pub id: &'a SignInId,
    /// Who signed in.
    pub user_id: &'a UserId,
    /// SHA-256 of its first token, in hexadecimal digits.
    pub token_hash: &'a str,
    /// When its tokens expire, unless they are refreshed.
    pub expires_at: Timestamp,
}

/// Adds a sign-in.
pub fn insert(tx: &Tx<'_>, sign_in: &NewSignIn<'_>) -> Result<(), StorageError> {
    tx.sql().prepare_cached(include_str!("insert.sql"))?.execute(named_params! {
        ":session_id": sign_in.id.as_str(),
        ":user_id": sign_in.user_id.as_str(),
        ":token_hash": sign_in.token_hash,
        ":expires_at": SqlTime(sign_in.expires_at),
        ":now": SqlTime(tx.now()),
    })?;
    Ok(())
}

/// Lets a sign-in last longer.
pub fn update_expiry(tx: &Tx<'_>, id: &SignInId, expires_at: Timestamp) -> Result<(), StorageError> {
    let sql = "UPDATE user_sessions SET expires_at = ?2, last_activity_at = ?3 WHERE session_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![id.as_str(), SqlTime(expires_at), SqlTime(tx.now())])?;
    Ok(())
}

/// Ends a sign-in.
pub fn delete(tx: &Tx<'_>, id: &SignInId) -> Result<(), StorageError> {
    tx.sql().prepare_cached("DELETE FROM user_sessions WHERE session_id = ?1")?.execute([id.as_str()])?;
    Ok(())
}

/// Forgets sign-ins whose tokens have expired.
pub fn delete_expired(tx: &Tx<'_>) -> Result<usize, StorageError> {
    let sql = "DELETE FROM user_sessions WHERE expires_at < ?1";
    Ok(tx.sql().prepare_cached(sql)?.execute([SqlTime(tx.now())])?)
}
