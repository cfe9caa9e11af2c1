//! The rules about changing accounts, the same for the page, the API and the commands.

use crate::accounts::Accounts;
use crate::password::check_rules;
use crate::{AuthError, Session, normalize_email};
use invoke_domain::{User, UserId};
use invoke_permissions::{Actor, Grant, Manage, Users, policy};
use invoke_storage::users::Content;
use invoke_storage::{Tx, users};

/// An account to add.
#[derive(Debug, Clone)]
pub struct NewAccount<'a> {
    /// E-mail address as typed.
    pub email: &'a str,
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// Password.
    pub password: &'a str,
    /// May administer the server.
    pub is_admin: bool,
}

/// What an administrator changes about an account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChanges<'a> {
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// New password; voids all tokens of the account.
    pub password: Option<&'a str>,
    /// May administer the server.
    pub is_admin: Option<bool>,
    /// May sign in.
    pub is_active: Option<bool>,
}

/// What a person changes about the own account; `None` leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct OwnChanges<'a> {
    /// Name shown to others.
    pub display_name: Option<&'a str>,
    /// The password until now, needed to set a new one.
    pub current_password: Option<&'a str>,
    /// New password; voids all tokens of the account, see [`Accounts::renew`].
    pub new_password: Option<&'a str>,
}

fn manage(actor: &Actor) -> Result<Grant<Users, Manage>, AuthError> {
    policy::manage_users(actor).map_err(AuthError::NotAnAdministrator)
}

impl Accounts {
    /// All accounts but `system`, the newest first.
    pub fn list(&self, actor: &Actor) -> Result<Vec<User>, AuthError> {
        let grant = manage(actor)?;
        let mut users = self.db.read(|tx| users::list(tx, &grant))?;
        users.retain(|user| !user.id.is_system());
        Ok(users)
    }

    /// The account `id`, `system` among them.
    pub fn get(&self, actor: &Actor, id: &UserId) -> Result<User, AuthError> {
        let _allowed = manage(actor)?;
        self.db.read(|tx| users::get(tx, id))?.ok_or(AuthError::UserNotFound)
    }

    /// Adds an account.
    pub fn create(&self, actor: &Actor, account: &NewAccount<'_>) -> Result<User, AuthError> {
        let grant = manage(actor)?;
        let email = normalize_email(account.email)?;
        let user = self.new_user(email, account.display_name, account.password, account.is_admin)?;
        self.db.write(|tx| {
            users::insert(tx, &grant, &user)?;
            users::get(tx, &user.id)?.ok_or(AuthError::UserNotFound)
        })
    }

    /// Changes an account. The last administrator stays one, and `system` gets neither password nor role.
    pub fn update(&self, actor: &Actor, id: &UserId, changes: &UserChanges<'_>) -> Result<User, AuthError> {
        let grant = manage(actor)?;
        if self.db.read(|tx| users::get(tx, id))?.is_none() {
            return Err(AuthError::UserNotFound);
        }
        let promoted = changes.is_admin == Some(true) || changes.is_active == Some(false);
        if id.is_system() && (promoted || changes.password.is_some()) {
            return Err(AuthError::SystemUser);
        }
        let hash = changes.password.map(|password| self.checked_hash(password)).transpose()?;
        let edit = policy::edit_account(actor, id).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            let before = users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            if changes.is_admin == Some(false) || changes.is_active == Some(false) {
                keep_an_administrator(tx, &before)?;
            }
            if let Some(name) = changes.display_name {
                users::update_name(tx, &edit, Some(name))?;
            }
            if let Some(hash) = &hash {
                users::update_password(tx, &edit, hash)?;
            }
            if changes.is_admin.is_some() || changes.is_active.is_some() {
                users::update_role(tx, &grant, id, changes.is_admin, changes.is_active)?;
            }
            users::get(tx, id)?.ok_or(AuthError::UserNotFound)
        })
    }

    /// Changes the own account. A new password needs the current one.
    pub fn update_own(&self, session: &Session, changes: &OwnChanges<'_>) -> Result<User, AuthError> {
        let id = &session.user.id;
        let hash = match changes.new_password {
            Some(new) => {
                let current = changes.current_password.filter(|current| !current.is_empty());
                let current = current.ok_or(AuthError::CurrentPasswordMissing)?;
                let known = self.check_password(&session.user.email, current)?;
                if !known.is_some_and(|(user, ..)| user.id == *id && user.is_active) {
                    return Err(AuthError::CurrentPasswordIncorrect);
                }
                Some(self.checked_hash(new)?)
            }
            None => None,
        };
        let edit = policy::edit_account(&session.actor, id).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            if let Some(name) = changes.display_name {
                users::update_name(tx, &edit, Some(name))?;
            }
            if let Some(hash) = &hash {
                users::update_password(tx, &edit, hash)?;
            }
            users::get(tx, id)?.ok_or(AuthError::UserNotFound)
        })
    }

    /// Removes an account and what it owns, or hands that to another account. The files of removed images are noted for
    /// the library to sweep.
    pub fn delete(&self, actor: &Actor, id: &UserId, content: Content<'_>) -> Result<(), AuthError> {
        let grant = manage(actor)?;
        self.db.write(|tx| {
            let user = users::get(tx, id)?.ok_or(AuthError::UserNotFound)?;
            if id.is_system() {
                return Err(AuthError::SystemUser);
            }
            keep_an_administrator(tx, &user)?;
            if let Content::Transfer(heir) = content
                && (heir == id || users::get(tx, heir)?.is_none())
            {
                return Err(AuthError::UserNotFound);
            }
            Ok(users::delete(tx, &grant, id, content)?)
        })
    }

    fn checked_hash(&self, password: &str) -> Result<String, AuthError> {
        check_rules(password, self.settings.strict_password_checking)?;
        self.hasher.hash(password, &*self.random)
    }
}

/// Refuses to take `user` away from those who administer the server when there is nobody else.
fn keep_an_administrator(tx: &Tx<'_>, user: &User) -> Result<(), AuthError> {
    if user.is_admin && user.is_active && users::count_active_admins(tx)? <= 1 {
        return Err(AuthError::LastAdministrator);
    }
    Ok(())
}
