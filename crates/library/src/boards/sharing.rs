//! Sharing a board with single people.

use super::{Boards, facts};
use crate::LibraryError;
use invoke_domain::{BoardId, UserId};
use invoke_permissions::{Actor, ShareLevel, policy};
use invoke_storage::board_shares::{self, Decision, Person, SharedWith};

/// Decisions shown at most.
const LONGEST_HISTORY: u32 = 1_000;

impl Boards {
    /// With whom a board is shared.
    pub fn shares(&self, actor: &Actor, id: &BoardId) -> Result<Vec<SharedWith>, LibraryError> {
        self.0.db.read(|tx| Ok(board_shares::list(tx, &policy::edit_board(actor, &facts(tx, id)?)?)?))
    }

    /// With whom it could still be shared.
    pub fn share_candidates(&self, actor: &Actor, id: &BoardId) -> Result<Vec<Person>, LibraryError> {
        self.0.db.read(|tx| {
            let facts = facts(tx, id)?;
            // The list names every account, so it is for those alone who may use it.
            drop(policy::share_board(actor, &facts, self.0.sharing)?);
            Ok(board_shares::list_candidates(tx, &policy::edit_board(actor, &facts)?)?)
        })
    }

    /// Who was given what, when, and by whom; the latest first.
    pub fn share_history(&self, actor: &Actor, id: &BoardId) -> Result<Vec<Decision>, LibraryError> {
        self.0.db.read(|tx| {
            let grant = policy::edit_board(actor, &facts(tx, id)?)?;
            Ok(board_shares::list_history(tx, &grant, LONGEST_HISTORY)?)
        })
    }

    /// Shares a board with a person at a level, instead of whatever level they had.
    pub fn share(
        &self,
        actor: &Actor,
        id: &BoardId,
        user: &UserId,
        level: ShareLevel,
    ) -> Result<SharedWith, LibraryError> {
        self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let grant = policy::share_board(actor, &facts, self.0.sharing)?;
            if facts.owner == *user {
                return Err(LibraryError::SharedWithOwner);
            }
            let missing = || LibraryError::UserNotFound { id: user.clone() };
            if !board_shares::may_share_with(tx, user)? {
                return Err(missing());
            }
            board_shares::insert(tx, &grant, user, level, actor.user_id())?;
            let shares = board_shares::list(tx, &policy::edit_board(actor, &facts)?)?;
            shares.into_iter().find(|share| share.person.id == *user).ok_or_else(missing)
        })
    }

    /// Shares a board with a person no longer.
    pub fn unshare(&self, actor: &Actor, id: &BoardId, user: &UserId) -> Result<(), LibraryError> {
        self.0.db.write(|tx| {
            let grant = policy::share_board(actor, &facts(tx, id)?, self.0.sharing)?;
            if board_shares::delete(tx, &grant, user, actor.user_id())? {
                Ok(())
            } else {
                Err(LibraryError::UserNotFound { id: user.clone() })
            }
        })
    }
}
