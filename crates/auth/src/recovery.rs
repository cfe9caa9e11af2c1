//! Getting back in when nobody can sign in as an administrator any more. Whoever may run programs on the server's
//! machine over its database asks for a code; whoever types that code into the page within a quarter of an hour becomes
//! an administrator, once. The database keeps a digest of the code, so it works between the command and the server,
//! whether that runs at the time or is started afterwards. Nothing else opens the set-up again.

use crate::accounts::{Accounts, SignedIn};
use crate::people::manage;
use crate::token::fingerprint;
use crate::{AuthError, normalize_email};
use invoke_domain::User;
use invoke_permissions::{Actor, Grant, Manage, RuntimeSettings, policy};
use invoke_storage::user_sessions::{self, Origin};
use invoke_storage::{ReadTx, Tx, app_settings, users};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Long enough to walk to a browser.
const LIFETIME: SignedDuration = SignedDuration::from_mins(15);
/// After so many wrong ones the code is void. It has 80 bits, so nobody finds it in so few.
const WRONG_ONES: u32 = 100;
/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 16;
/// A code with all its spaces and dashes is not longer.
const LONGEST: usize = 64;
/// Where the digest is kept.
const KEY: &str = "recovery_code";

/// A code that makes an administrator, once.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode {
    /// Four groups of four characters.
    pub code: String,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RecoveryCode until {}", self.expires_at)
    }
}

/// Who is to administer the server again.
#[derive(Debug, Clone)]
pub struct Recovery<'a> {
    /// The code as typed.
    pub code: &'a str,
    /// Address of an account, which gets the password and the role, or of a new one.
    pub email: &'a str,
    /// Name shown to others; an account that is there keeps its own without one.
    pub display_name: Option<&'a str>,
    /// New password.
    pub password: &'a str,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    digest: String,
    /// Seconds since 1970.
    expires_at: i64,
    wrong: u32,
}

impl Accounts {
    /// Makes a code; an earlier one is void from now on. To be shown on the console of the server's machine and nowhere
    /// else.
    ///
    /// # Errors
    /// In single-user mode, where nobody signs in.
    pub fn begin_recovery(&self) -> Result<RecoveryCode, AuthError> {
        if !self.settings.multiuser {
            return Err(AuthError::SingleUserLogin);
        }
        let mut bytes = [0; LENGTH];
        self.random.fill(&mut bytes);
        let plain: String =
            bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect();
        let expires_at = self.clock.now().saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let kept = Kept { digest: fingerprint(&plain), expires_at: expires_at.as_second(), wrong: 0 };
        self.db.write(|tx| keep(tx, &kept))?;
        let code = [&plain[..4], &plain[4..8], &plain[8..12], &plain[12..]].join("-");
        Ok(RecoveryCode { code, expires_at })
    }

    /// Makes an administrator of whoever knows the code, and signs them in. The code is used up.
    ///
    /// # Errors
    /// When the code is wrong, used or expired, before anything else is looked at.
    pub fn recover(&self, asked: &Recovery<'_>, origin: &Origin) -> Result<SignedIn, AuthError> {
        if !self.settings.multiuser {
            return Err(AuthError::SingleUserLogin);
        }
        let digest = digest(asked.code).ok_or(AuthError::RecoveryRefused)?;
        // A wrong one is counted, so this transaction must be kept.
        if !self.db.write(|tx| self.is_right(tx, &digest))? {
            return Err(AuthError::RecoveryRefused);
        }
        let email = normalize_email(asked.email)?;
        let known = self.db.read(|tx| users::find_by_email(tx, &email))?.map(|(user, _)| user);
        if known.as_ref().is_some_and(|user| user.id.is_system()) {
            return Err(AuthError::SystemUser);
        }
        let hash = known.as_ref().map(|user| self.checked_hash(&user.id, asked.password)).transpose()?;
        let new = match known {
            Some(_) => None,
            None => Some(self.new_user(email, asked.display_name, asked.password, true)?),
        };
        let grant = manage(&Actor::operator())?;
        self.db.write(|tx| {
            // Of two who know the code the first is served.
            if !self.is_right(tx, &digest)? {
                return Err(AuthError::RecoveryRefused);
            }
            app_settings::delete(tx, &settings_grant()?, KEY)?;
            let user = match (&known, &hash, &new) {
                (Some(user), Some(hash), _) => self.restore(tx, user, asked.display_name, hash)?,
                (_, _, Some(new)) => self.insert(tx, &grant, new)?,
                _ => return Err(AuthError::UserNotFound),
            };
            self.sign_in(tx, user, false, origin)
        })
    }

    /// Gives an account a password and the role of an administrator, and lets it sign in.
    fn restore(&self, tx: &Tx<'_>, user: &User, name: Option<&str>, hash: &str) -> Result<User, AuthError> {
        let operator = Actor::operator();
        let grant = manage(&operator)?;
        let edit = policy::edit_account(&operator, &user.id).map_err(AuthError::NotAnAdministrator)?;
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            users::update_name(tx, &edit, Some(name))?;
        }
        self.set_password(tx, &edit, hash)?;
        user_sessions::delete_all_of(tx, &edit, None)?;
        users::update_role(tx, &grant, &user.id, Some(true), Some(true))?;
        users::get(tx, &user.id)?.ok_or(AuthError::UserNotFound)
    }

    /// Whether the kept code has this digest and still works; a wrong one is counted.
    fn is_right(&self, tx: &Tx<'_>, digest: &str) -> Result<bool, AuthError> {
        let Some(mut kept) = read(tx)? else { return Ok(false) };
        if kept.expires_at <= self.clock.now().as_second() || kept.wrong >= WRONG_ONES {
            app_settings::delete(tx, &settings_grant()?, KEY)?;
            return Ok(false);
        }
        // Digests of a secret with so many bits tell nothing by the time their comparison takes.
        if kept.digest == digest {
            return Ok(true);
        }
        kept.wrong += 1;
        keep(tx, &kept)?;
        Ok(false)
    }
}

/// The digest of a code, however it was typed; `None` for what can be none.
fn digest(typed: &str) -> Option<String> {
    if typed.len() > LONGEST {
        return None;
    }
    let plain: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    (plain.len() == LENGTH && plain.bytes().all(|byte| ALPHABET.contains(&byte))).then(|| fingerprint(&plain))
}

fn settings_grant() -> Result<Grant<RuntimeSettings, Manage>, AuthError> {
    policy::manage_settings(&Actor::operator()).map_err(AuthError::NotAnAdministrator)
}

fn keep(tx: &Tx<'_>, kept: &Kept) -> Result<(), AuthError> {
    let text = serde_json::to_string(kept).map_err(|error| AuthError::Hash(error.to_string()))?;
    Ok(app_settings::update(tx, &settings_grant()?, KEY, &text)?)
}

/// What is kept; something else under its key is none.
fn read(tx: &ReadTx<'_>) -> Result<Option<Kept>, AuthError> {
    let text = app_settings::get(tx, KEY)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r"\PC{0,80}|[A-Z2-9 -]{0,40}") {
            let _ = digest(&text);
        }

        #[test]
        fn dashes_spaces_and_case_do_not_matter(code in "[A-HJ-NP-Z2-9]{16}", at in 0..16_usize) {
            let (start, end) = code.split_at(at);
            prop_assert_eq!(digest(&format!(" {}- {end}", start.to_lowercase())), digest(&code));
            prop_assert!(digest(&code).is_some());
            prop_assert_eq!(digest(&code[1..]), None);
        }
    }
}
