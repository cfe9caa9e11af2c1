//! Whoever asks, and which rows that lets them list.

use invoke_domain::{User, UserId};

/// Whoever asks for something. Made where an identity was established, and only there: a verified token, single-user
/// mode, a command on the server's own machine, or the owner of a queue item re-read from the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    user_id: UserId,
    is_admin: bool,
    is_operator: bool,
}

impl Actor {
    /// A user whose token or password was just checked.
    pub fn user(user: &User) -> Self {
        Self { user_id: user.id.clone(), is_admin: user.is_admin, is_operator: false }
    }

    /// The one user of single-user mode: works as `system` and administers.
    pub fn system() -> Self {
        Self { user_id: UserId::system(), is_admin: true, is_operator: false }
    }

    /// The program itself: commands on the server's machine, start-up, the queue's runners.
    pub fn operator() -> Self {
        Self { user_id: UserId::system(), is_admin: true, is_operator: true }
    }

    /// The owner of a queue item, while that item runs. The role is the one the account has now.
    pub fn run(user_id: UserId, is_admin: bool) -> Self {
        Self { user_id, is_admin, is_operator: false }
    }

    /// The account that asks.
    pub fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// Whether the account administers the server.
    pub fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// Which rows this actor's listings may return.
    pub fn scope(&self) -> Scope {
        if self.is_admin { Scope::All } else { self.own() }
    }

    /// Only what the actor owns, for administrators too: "my items".
    pub fn own(&self) -> Scope {
        Scope::Owner(self.user_id.clone())
    }

    pub(crate) fn is_operator(&self) -> bool {
        self.is_operator
    }

    pub(crate) fn owns(&self, owner: &UserId) -> bool {
        self.user_id == *owner
    }
}

/// Which rows a listing may return, or a bulk change may touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's.
    All,
    /// One owner's.
    Owner(UserId),
}

impl Scope {
    /// The owner to filter by, `None` for everybody.
    pub fn owner(&self) -> Option<&UserId> {
        match self {
            Self::All => None,
            Self::Owner(user) => Some(user),
        }
    }

    /// Whether a row of `owner` lies within.
    pub fn includes(&self, owner: &UserId) -> bool {
        self.owner().is_none_or(|user| user == owner)
    }
}
