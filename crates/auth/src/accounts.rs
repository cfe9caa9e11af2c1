//! Setting up and signing in.

use crate::password::{Hasher, Verdict};
use crate::policy::MAX_BYTES;
use crate::token::{Signer, fingerprint};
use crate::{AuthError, HashCost, PasswordPolicy, PasswordProblem, normalize_email};
use invoke_domain::{Clock, Random, User, UserId, new_uuid};
use invoke_permissions::{Actor, Grant, Manage, Users, policy};
use invoke_storage::user_sessions::{self, NewSignIn, Origin, SignInId};
use invoke_storage::{Database, Tx, app_settings, password_history, users};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// The use of a sign-in is written down at most so often, since every change a person makes uses it.
pub(crate) const RECORDED_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// How accounts behave.
#[derive(Debug, Clone)]
pub struct AuthSettings {
    /// People sign in. Otherwise everybody works as `system`, with all rights.
    pub multiuser: bool,
    /// The rules for new passwords.
    pub passwords: PasswordPolicy,
    /// How long a token lasts.
    pub lifetime: SignedDuration,
    /// How long a token lasts when "remember me" was chosen.
    pub remembered_lifetime: SignedDuration,
    /// The key tokens are signed with; `None` for the one kept in the database.
    pub secret: Option<String>,
    /// What hashing a password costs.
    pub hash_cost: HashCost,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self {
            multiuser: true,
            passwords: PasswordPolicy::default(),
            lifetime: SignedDuration::from_hours(24),
            remembered_lifetime: SignedDuration::from_hours(7 * 24),
            secret: None,
            hash_cost: HashCost::default(),
        }
    }
}

/// What anybody may know before signing in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    /// Nobody administers the server yet.
    pub setup_required: bool,
    /// People sign in.
    pub multiuser_enabled: bool,
    /// The rules for new passwords.
    pub passwords: PasswordPolicy,
}

/// Somebody has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The account.
    pub user: User,
    /// A new token.
    pub token: String,
    /// How long it lasts.
    pub lifetime: SignedDuration,
    /// The password is older than the rules allow and should be changed now.
    pub password_change_due: bool,
}

/// The accounts of the server.
#[derive(Debug)]
pub struct Accounts {
    pub(crate) db: Database,
    pub(crate) settings: AuthSettings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) hasher: Hasher,
    pub(crate) signer: Signer,
}

impl Accounts {
    /// Takes the signing key from the settings, else from the database, which is given one if it has lost its own.
    pub fn new(
        db: Database,
        settings: AuthSettings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, AuthError> {
        let secret = match settings.secret.clone().filter(|secret| !secret.is_empty()) {
            Some(secret) => secret,
            None => kept_secret(&db, &*random)?,
        };
        let hasher = Hasher::new(settings.hash_cost, &*random)?;
        Ok(Self { signer: Signer::new(&secret)?, db, settings, clock, random, hasher })
    }

    /// Who asks when nobody has signed in: the one user of single-user mode, nobody in multi-user mode.
    pub fn anonymous(&self) -> Option<Actor> {
        (!self.settings.multiuser).then(Actor::system)
    }

    /// The rules for new passwords.
    pub fn passwords(&self) -> &PasswordPolicy {
        &self.settings.passwords
    }

    /// What anybody may know before signing in.
    pub fn status(&self) -> Result<Status, AuthError> {
        let multiuser = self.settings.multiuser;
        let setup_required = multiuser && self.db.read(users::count_active_admins)? == 0;
        Ok(Status { setup_required, multiuser_enabled: multiuser, passwords: self.settings.passwords })
    }

    /// Makes the first administrator and signs them in; only while nobody administers the server.
    pub fn setup(
        &self,
        email: &str,
        display_name: Option<&str>,
        password: &str,
        origin: &Origin,
    ) -> Result<SignedIn, AuthError> {
        let email = normalize_email(email)?;
        if !self.settings.multiuser {
            return Err(AuthError::SingleUserSetup);
        }
        if self.db.read(users::count_active_admins)? > 0 {
            return Err(AuthError::AlreadyConfigured);
        }
        let user = self.new_user(email, display_name, password, true)?;
        let grant = policy::manage_users(&Actor::operator()).map_err(AuthError::NotAnAdministrator)?;
        self.db.write(|tx| {
            // Asked again where nobody can come in between.
            if users::count_active_admins(tx)? > 0 {
                return Err(AuthError::AlreadyConfigured);
            }
            let user = self.insert(tx, &grant, &user)?;
            self.sign_in(tx, user, false, origin)
        })
    }

    /// Signs in with a password. Whether the account exists cannot be told from the answer, nor from the time it takes;
    /// that it is disabled is told to those who know its password.
    pub fn login(
        &self,
        email: &str,
        password: &str,
        remember_me: bool,
        origin: &Origin,
    ) -> Result<SignedIn, AuthError> {
        let email = normalize_email(email)?;
        if !self.settings.multiuser {
            return Err(AuthError::SingleUserLogin);
        }
        let user_and_hash = self.check_password(&email, password)?;
        let Some((user, hash, verdict)) = user_and_hash else { return Err(AuthError::IncorrectLogin) };
        if !user.is_active {
            return Err(AuthError::AccountDisabled);
        }
        let better = match verdict {
            Verdict::RightButOutdated => Some(self.hasher.hash(password, &*self.random)?),
            Verdict::Right | Verdict::Wrong => None,
        };
        self.db.write(|tx| {
            // Read again: the account may have been changed while its password was being checked.
            let now = users::find_by_email(tx, &email)?.filter(|(now, kept)| now.id == user.id && *kept == hash);
            let (mut user, _) = now.ok_or(AuthError::IncorrectLogin)?;
            if !user.is_active {
                return Err(AuthError::AccountDisabled);
            }
            let at = tx.now();
            users::record_sign_in(tx, &user.id, at, better.as_deref().map(|better| (hash.as_str(), better)))?;
            user.last_login_at = Some(at);
            // Use of a sign-in is noted now and then only; see `RECORDED_EVERY`.
            let forgotten = at.saturating_sub(RECORDED_EVERY).unwrap_or(at);
            user_sessions::delete_expired(tx, forgotten)?;
            let password_change_due = self.is_change_due(tx, &user, better.as_deref().unwrap_or(&hash))?;
            Ok(SignedIn { password_change_due, ..self.sign_in(tx, user, remember_me, origin)? })
        })
    }

    /// The account with this address and password, the hash it was compared with, and how it compared.
    pub(crate) fn check_password(
        &self,
        email: &str,
        password: &str,
    ) -> Result<Option<(User, String, Verdict)>, AuthError> {
        if password.len() > MAX_BYTES {
            return Err(PasswordProblem::TooLong.into());
        }
        let (account, bcrypt_in_use) =
            self.db.read(|tx| Ok::<_, AuthError>((users::find_by_email(tx, email)?, users::has_bcrypt(tx)?)))?;
        let account = account.filter(|(user, _)| !user.id.is_system());
        let stored = account.as_ref().map(|(_, hash)| hash.as_str());
        let verdict = self.hasher.verify(password, stored, bcrypt_in_use)?;
        Ok(account.filter(|_| verdict != Verdict::Wrong).map(|(user, hash)| (user, hash, verdict)))
    }

    /// An account that is yet to be inserted; its password is checked and hashed.
    pub(crate) fn new_user(
        &self,
        email: String,
        display_name: Option<&str>,
        password: &str,
        is_admin: bool,
    ) -> Result<users::NewUser, AuthError> {
        self.settings.passwords.check(password)?;
        Ok(users::NewUser {
            id: UserId(new_uuid(&*self.random)),
            email,
            display_name: display_name.map(str::to_owned),
            password_hash: self.hasher.hash(password, &*self.random)?,
            is_admin,
        })
    }

    /// Adds the account, and its password to those it had.
    pub(crate) fn insert(
        &self,
        tx: &Tx<'_>,
        grant: &Grant<Users, Manage>,
        user: &users::NewUser,
    ) -> Result<User, AuthError> {
        users::insert(tx, grant, user)?;
        let edit = policy::edit_account(&Actor::operator(), &user.id).map_err(AuthError::NotAnAdministrator)?;
        password_history::insert(tx, &edit, &user.password_hash, self.settings.passwords.kept())?;
        users::get(tx, &user.id)?.ok_or(AuthError::UserNotFound)
    }

    /// Whether the password with this hash is older than the rules allow. One that was set before its time was kept is
    /// as old as the account.
    fn is_change_due(&self, tx: &Tx<'_>, user: &User, hash: &str) -> Result<bool, AuthError> {
        let Some(max_age) = self.settings.passwords.max_age else { return Ok(false) };
        let set_at = password_history::set_at(tx, &user.id, hash)?.unwrap_or(user.created_at);
        Ok(tx.now().duration_since(set_at) > max_age)
    }

    pub(crate) fn sign_in(
        &self,
        tx: &Tx<'_>,
        user: User,
        remember_me: bool,
        origin: &Origin,
    ) -> Result<SignedIn, AuthError> {
        let sid = SignInId(new_uuid(&*self.random));
        let expires_at = self.expiry(remember_me);
        let token = self.token(&user, remember_me, Some(&sid), expires_at)?;
        let token_hash = fingerprint(&token);
        let sign_in = NewSignIn { id: &sid, user_id: &user.id, token_hash: &token_hash, expires_at, origin };
        user_sessions::insert(tx, &sign_in)?;
        Ok(SignedIn { user, token, lifetime: self.lifetime(remember_me), password_change_due: false })
    }

    pub(crate) fn lifetime(&self, remember_me: bool) -> SignedDuration {
        if remember_me { self.settings.remembered_lifetime } else { self.settings.lifetime }
    }

    pub(crate) fn expiry(&self, remember_me: bool) -> Timestamp {
        self.clock.now().saturating_add(self.lifetime(remember_me)).unwrap_or(Timestamp::MAX)
    }
}

fn kept_secret(db: &Database, random: &dyn Random) -> Result<String, AuthError> {
    let grant = policy::manage_settings(&Actor::operator()).map_err(AuthError::NotAnAdministrator)?;
    db.write(|tx| match app_settings::get(tx, app_settings::JWT_SECRET)?.filter(|secret| !secret.is_empty()) {
        Some(secret) => Ok(secret),
        None => {
            tracing::warn!("the database had no key to sign tokens with; made one, everybody has to sign in again");
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            let secret: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            app_settings::update(tx, &grant, app_settings::JWT_SECRET, &secret)?;
            Ok(secret)
        }
    })
}
