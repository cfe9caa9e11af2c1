//! What a token opens, and how long.

use crate::AuthError;
use crate::accounts::{Accounts, RECORDED_EVERY, SignedIn};
use crate::token::Claims;
use invoke_domain::{User, UserId};
use invoke_permissions::Actor;
use invoke_storage::user_sessions::{self, SignInId};
use invoke_storage::users;
use jiff::Timestamp;

/// A token that was accepted, and the account behind it as it is now.
#[derive(Debug, Clone)]
pub struct Session {
    /// The account.
    pub user: User,
    /// The same as the one who asks.
    pub actor: Actor,
    /// The longer of the two lifetimes was chosen at sign-in.
    pub remember_me: bool,
    /// The sign-in the token belongs to; tokens of the reference have none.
    pub sid: Option<SignInId>,
    /// When the token expires.
    pub expires_at: Timestamp,
    /// Until when the sign-in is kept on record.
    pub(crate) recorded_until: Option<Timestamp>,
}

impl Accounts {
    /// Accepts a token: one signature, one row. The role is the account's of this moment, not the token's.
    pub fn authenticate(&self, token: &str) -> Result<Session, AuthError> {
        let claims = self.signer.verify(token, self.clock.now())?;
        let expires_at = Timestamp::from_second(claims.exp).map_err(|_| AuthError::InvalidToken)?;
        let (id, sid) = (UserId(claims.user_id), claims.sid.map(SignInId));
        let row = self.db.read(|tx| users::get_for_token(tx, &id, sid.as_ref()))?;
        let (user, recorded_until) = row.ok_or(AuthError::AccountUnavailable)?;
        let ended = sid.is_some() && recorded_until.is_none();
        if ended || user.id.is_system() || !user.is_active || user.token_epoch != claims.token_epoch {
            return Err(AuthError::AccountUnavailable);
        }
        let actor = Actor::user(&user);
        Ok(Session { user, actor, remember_me: claims.remember_me, sid, expires_at, recorded_until })
    }

    /// Ends the sign-in: none of its tokens is accepted any more.
    pub fn logout(&self, session: &Session) -> Result<(), AuthError> {
        match &session.sid {
            Some(sid) => Ok(self.db.write(|tx| user_sessions::delete(tx, sid))?),
            None => Ok(()),
        }
    }

    /// A token of the same kind that lasts from now on. It carries the epoch the session was accepted with, so a session
    /// that was revoked meanwhile gains nothing.
    pub fn refresh(&self, session: &Session) -> Result<String, AuthError> {
        let expires_at = self.expiry(session.remember_me);
        let token = self.token(&session.user, session.remember_me, session.sid.as_ref(), expires_at)?;
        if let (Some(sid), Some(recorded)) = (&session.sid, session.recorded_until)
            && expires_at.duration_since(recorded) > RECORDED_EVERY
        {
            self.db.write(|tx| user_sessions::update_expiry(tx, sid, expires_at))?;
        }
        Ok(token)
    }

    /// A token for the account as it is now, for a person who has just changed the own password and whose other tokens
    /// are void since.
    pub fn renew(&self, session: &Session) -> Result<SignedIn, AuthError> {
        let user = self.db.read(|tx| users::get(tx, &session.user.id))?;
        let user = user.filter(|user| user.is_active).ok_or(AuthError::AccountUnavailable)?;
        let expires_at = self.expiry(session.remember_me);
        let token = self.token(&user, session.remember_me, session.sid.as_ref(), expires_at)?;
        if let Some(sid) = &session.sid {
            self.db.write(|tx| user_sessions::update_expiry(tx, sid, expires_at))?;
        }
        Ok(SignedIn { user, token, lifetime: self.lifetime(session.remember_me), password_change_due: false })
    }

    pub(crate) fn token(
        &self,
        user: &User,
        remember_me: bool,
        sid: Option<&SignInId>,
        expires_at: Timestamp,
    ) -> Result<String, AuthError> {
        self.signer.sign(&Claims {
            user_id: user.id.0.clone(),
            email: user.email.clone(),
            is_admin: user.is_admin,
            remember_me,
            token_epoch: user.token_epoch,
            exp: expires_at.as_second(),
            sid: sid.map(|sid| sid.0.clone()),
        })
    }
}
