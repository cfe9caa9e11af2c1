//! Accounts. Passwords are seen here as finished hashes only.

mod delete;
mod owned;
mod statistics;

pub use delete::{Content, delete};
pub use owned::{Owned, adopt, adopt_orphans, count_owned, must_exist};
pub use statistics::{StatisticsPage, UserStatistics, statistics};

use crate::password_history;
use crate::time::SqlTime;
use crate::user_sessions::SignInId;
use crate::{ReadTx, StorageError, Tx, to_text_with_offset};
use invoke_domain::{User, UserId};
use invoke_permissions::{Account, Edit, Grant, Manage, Users};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params, params};

#[cfg(test)]
mod ownership_tests;
#[cfg(test)]
mod tests;

fn row_to_user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: UserId(row.get("user_id")?),
        email: row.get("email")?,
        display_name: row.get("display_name")?,
        is_admin: row.get("is_admin")?,
        is_active: row.get("is_active")?,
        token_epoch: row.get("token_epoch")?,
        created_at: row.get::<_, SqlTime>("created_at")?.0,
        updated_at: row.get::<_, SqlTime>("updated_at")?.0,
        last_login_at: row.get::<_, Option<SqlTime>>("last_login_at")?.map(|time| time.0),
    })
}

/// The account `id`.
pub fn get(tx: &ReadTx<'_>, id: &UserId) -> Result<Option<User>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("get.sql"))?;
    Ok(statement.query_row([id.as_str()], row_to_user).optional()?)
}

/// The account a token names and, if the token names a sign-in that has not ended, until when that one lasts.
pub fn get_for_token(
    tx: &ReadTx<'_>,
    id: &UserId,
    sign_in: Option<&SignInId>,
) -> Result<Option<(User, Option<Timestamp>)>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("get_for_token.sql"))?;
    let row = statement.query_row(params![id.as_str(), sign_in.map(SignInId::as_str)], |row| {
        let expires: Option<SqlTime> = row.get("expires_at")?;
        Ok((row_to_user(row)?, expires.map(|time| time.0)))
    });
    Ok(row.optional()?)
}

/// The account with this normalised e-mail address, and the hash of its password.
pub fn find_by_email(tx: &ReadTx<'_>, email: &str) -> Result<Option<(User, String)>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("find_by_email.sql"))?;
    let row = statement.query_row([email], |row| Ok((row_to_user(row)?, row.get("password_hash")?)));
    Ok(row.optional()?)
}

/// The hash of an account's password; empty for an account that cannot sign in.
pub fn password_hash(tx: &ReadTx<'_>, id: &UserId) -> Result<Option<String>, StorageError> {
    let mut statement = tx.sql().prepare_cached("SELECT password_hash FROM users WHERE user_id = ?1")?;
    Ok(statement.query_row([id.as_str()], |row| row.get(0)).optional()?)
}

/// All accounts, the newest first, `system` among them.
pub fn list(tx: &ReadTx<'_>, _grant: &Grant<Users, Manage>) -> Result<Vec<User>, StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("list.sql"))?;
    Ok(statement.query_map([], row_to_user)?.collect::<Result<_, _>>()?)
}

/// How many accounts administer the server and may sign in.
pub fn count_active_admins(tx: &ReadTx<'_>) -> Result<i64, StorageError> {
    let sql = "SELECT count(*) FROM users WHERE is_admin = TRUE AND is_active = TRUE AND user_id <> 'system'";
    Ok(tx.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// A new account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Id.
    pub id: UserId,
    /// Normalised e-mail address.
    pub email: String,
    /// Name shown to others.
    pub display_name: Option<String>,
    /// Finished hash of its password.
    pub password_hash: String,
    /// May administer the server.
    pub is_admin: bool,
}

/// Adds an account, active and never signed in.
pub fn insert(tx: &Tx<'_>, _grant: &Grant<Users, Manage>, user: &NewUser) -> Result<(), StorageError> {
    let mut statement = tx.sql().prepare_cached(include_str!("insert.sql"))?;
    let inserted = statement.execute(named_params! {
        ":user_id": user.id.as_str(),
        ":email": user.email,
        ":display_name": user.display_name,
        ":password_hash": user.password_hash,
        ":is_admin": user.is_admin,
        ":now": SqlTime(tx.now()),
    })?;
    if inserted == 0 {
        return Err(StorageError::EmailTaken { email: user.email.clone() });
    }
    Ok(())
}

/// Gives an account another display name.
pub fn update_name(tx: &Tx<'_>, grant: &Grant<Account, Edit>, name: Option<&str>) -> Result<(), StorageError> {
    let sql = "UPDATE users SET display_name = ?2 WHERE user_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![grant.id().as_str(), name])?;
    Ok(())
}

/// Gives an account another password. Its epoch rises, which makes every token given out before void.
pub fn update_password(tx: &Tx<'_>, grant: &Grant<Account, Edit>, hash: &str) -> Result<(), StorageError> {
    let sql = "UPDATE users SET password_hash = ?2, token_epoch = token_epoch + 1 WHERE user_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![grant.id().as_str(), hash])?;
    Ok(())
}

/// Makes an account an administrator or not, active or not; `None` leaves it as it is.
pub fn update_role(
    tx: &Tx<'_>,
    _grant: &Grant<Users, Manage>,
    id: &UserId,
    is_admin: Option<bool>,
    is_active: Option<bool>,
) -> Result<(), StorageError> {
    let sql =
        "UPDATE users SET is_admin = coalesce(?2, is_admin), is_active = coalesce(?3, is_active) WHERE user_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![id.as_str(), is_admin, is_active])?;
    Ok(())
}

/// Notes a sign-in whose password was just found right, and replaces the hash of that same password when a better one was
/// made. The epoch stays: nothing changed for the account's tokens. Asks for no grant, since the password was the proof.
pub fn record_sign_in(
    tx: &Tx<'_>,
    id: &UserId,
    at: Timestamp,
    replace_hash: Option<(&str, &str)>,
) -> Result<(), StorageError> {
    let sql = "UPDATE users SET last_login_at = ?2 WHERE user_id = ?1";
    tx.sql().prepare_cached(sql)?.execute(params![id.as_str(), to_text_with_offset(at)])?;
    if let Some((old, new)) = replace_hash {
        let sql = "UPDATE users SET password_hash = ?3 WHERE user_id = ?1 AND password_hash = ?2";
        tx.sql().prepare_cached(sql)?.execute(params![id.as_str(), old, new])?;
        password_history::update_hash(tx, id, old, new)?;
    }
    Ok(())
}

/// Makes every token given out to an account void.
pub fn raise_epoch(tx: &Tx<'_>, grant: &Grant<Account, Edit>) -> Result<(), StorageError> {
    let sql = "UPDATE users SET token_epoch = token_epoch + 1 WHERE user_id = ?1";
    tx.sql().prepare_cached(sql)?.execute([grant.id().as_str()])?;
    Ok(())
}

/// Whether any account still has a password hash of the kind the reference makes.
pub fn has_bcrypt(tx: &ReadTx<'_>) -> Result<bool, StorageError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM users WHERE password_hash LIKE '$2%')";
    Ok(tx.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
