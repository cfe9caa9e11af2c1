//! Sign-ins that have not ended. A token names its sign-in; when the row is gone, so is the token.

use crate::time::SqlTime;
use crate::{ReadTx, StorageError, Tx};
use invoke_domain::UserId;
use invoke_permissions::{Account, Edit, Grant};
use jiff::Timestamp;
use rusqlite::{Row, named_params, params};

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
    /// Where it came from.
    pub origin: &'a Origin,
}

/// Where a sign-in came from, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
}

/// A sign-in that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInRecord {
    /// Id.
    pub id: SignInId,
    /// When the password was given.
    pub created_at: Timestamp,
    /// When it was last noted that it is in use.
    pub last_activity_at: Timestamp,
    /// When its tokens expire, unless they are refreshed.
    pub expires_at: Timestamp,
    /// Where it came from.
    pub origin: Origin,
}

fn row_to_record(row: &Row<'_>) -> rusqlite::Result<SignInRecord> {
    Ok(SignInRecord {
        id: SignInId(row.get("session_id")?),
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        last_activity_at: row.get::<_, SqlTime>("last_activity_at")?.0,
        expires_at: row.get::<_, SqlTime>("expires_at")?.0,
        origin: Origin { address: row.get("address")?, user_agent: row.get("user_agent")? },
    })
}

/// The sign-ins of an account that have not ended, the last used first.
pub fn list(tx: &ReadTx<'_>, grant: &Grant<Account, Edit>) -> Result<Vec<SignInRecord>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    let rows = statement
        .query_map(named_params! { ":user_id": grant.id().as_str(), ":now": SqlTime(tx.now()) }, row_to_record)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ends one sign-in of an account; whether there was one.
pub fn delete_of(tx: &Tx<'_>, grant: &Grant<Account, Edit>, id: &SignInId) -> Result<bool, StorageError> {
    let sql = "DELETE FROM user_sessions WHERE user_id = ?1 AND session_id = ?2";
    Ok(tx.sql().prepare_cached(sql)?.execute([grant.id().as_str(), id.as_str()])? > 0)
}

/// Ends all sign-ins of an account but one, if one is to stay.
pub fn delete_all_of(
    tx: &Tx<'_>,
    grant: &Grant<Account, Edit>,
    except: Option<&SignInId>,
) -> Result<usize, StorageError> {
    let sql = "DELETE FROM user_sessions WHERE user_id = ?1 AND (?2 IS NULL OR session_id <> ?2)";
    let except = except.map(SignInId::as_str);
    Ok(tx.sql().prepare_cached(sql)?.execute(params![grant.id().as_str(), except])?)
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
    let Origin { address, user_agent } = sign_in.origin;
    if address.is_some() || user_agent.is_some() {
        let sql = "INSERT INTO sign_in_origins (session_id, address, user_agent) VALUES (?1, ?2, ?3)";
        tx.sql().prepare_cached(sql)?.execute(params![sign_in.id.as_str(), address, user_agent])?;
    }
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

/// Forgets sign-ins whose tokens expired before `time`.
pub fn delete_expired(tx: &Tx<'_>, time: Timestamp) -> Result<usize, StorageError> {
    let sql = "DELETE FROM user_sessions WHERE expires_at < ?1";
    Ok(tx.sql().prepare_cached(sql)?.execute([SqlTime(time)])?)
}
