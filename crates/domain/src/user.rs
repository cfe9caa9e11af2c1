//! Accounts.

use crate::ids::UserId;
use jiff::Timestamp;

/// An account, without its password hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Id, a UUID or `system`.
    pub id: UserId,
    /// Normalised e-mail address, unique.
    pub email: String,
    /// Name shown to others.
    pub display_name: Option<String>,
    /// May administer the server.
    pub is_admin: bool,
    /// May sign in.
    pub is_active: bool,
    /// Rises with each password change; tokens of older epochs are void.
    pub token_epoch: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// Last change.
    pub updated_at: Timestamp,
    /// Last successful sign-in.
    pub last_login_at: Option<Timestamp>,
}
