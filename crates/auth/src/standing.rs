//! Whether those who were let in some time ago may still be there: open sockets hold on to a token for days.

use crate::accounts::{Accounts, RECORDED_EVERY};
use crate::{AuthError, Session};
use invoke_domain::UserId;
use invoke_storage::user_sessions::SignInId;
use invoke_storage::users;
use jiff::Timestamp;

/// What somebody was let in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The account.
    pub user_id: UserId,
    /// The sign-in, if the token named one.
    pub sid: Option<SignInId>,
    /// The token's epoch.
    pub token_epoch: i64,
    /// When the token expires.
    pub expires_at: Timestamp,
}

impl From<&Session> for Held {
    fn from(session: &Session) -> Self {
        Self {
            user_id: session.user.id.clone(),
            sid: session.sid.clone(),
            token_epoch: session.user.token_epoch,
            expires_at: session.expires_at,
        }
    }
}

/// What somebody who was let in may do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing any more: signed out, deactivated, removed, expired, or with a new password.
    Gone,
    /// What every account may.
    Member,
    /// What administrators may.
    Administrator,
}

impl Accounts {
    /// Where each of those who were let in stands now, all as of the same moment.
    pub fn standings(&self, held: &[Held]) -> Result<Vec<Standing>, AuthError> {
        let now = self.clock.now();
        self.db.read(|tx| {
            held.iter()
                .map(|held| {
                    let row = users::get_for_token(tx, &held.user_id, held.sid.as_ref())?;
                    Ok(row.map_or(Standing::Gone, |(user, recorded)| {
                        // A sign-in lasts as long as it is refreshed, which is noted now and then only.
                        let until = match held.sid {
                            None => Some(held.expires_at),
                            Some(_) => recorded.and_then(|until| until.saturating_add(RECORDED_EVERY).ok()),
                        };
                        let lasts = until.is_some_and(|until| until > now);
                        if !lasts || !user.is_active || user.token_epoch != held.token_epoch {
                            Standing::Gone
                        } else if user.is_admin {
                            Standing::Administrator
                        } else {
                            Standing::Member
                        }
                    }))
                })
                .collect()
        })
    }
}
