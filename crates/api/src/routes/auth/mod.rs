//! Set-up, sign-in, sessions.

pub(crate) mod adopt;
pub(crate) mod create_user;
pub(crate) mod delete_user;
pub(crate) mod end_session;
pub(crate) mod generate_password;
pub(crate) mod get_user;
pub(crate) mod list_sessions;
pub(crate) mod list_users;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod me;
pub(crate) mod media_cookie;
pub(crate) mod recover;
pub(crate) mod setup;
pub(crate) mod sign_out_everywhere;
pub(crate) mod statistics;
pub(crate) mod status;
pub(crate) mod update_me;
pub(crate) mod update_user;

mod cookie;

use crate::error::ApiError;
use crate::refusals;
use crate::wire::{iso, iso_utc};
use invoke_auth::AuthError;
use invoke_domain::{User, UserId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct UserPath {
    /// User ID
    #[param(value_type = String)]
    user_id: UserId,
}

/// An account as its owner and administrators see it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserDTO)]
pub(crate) struct UserDto {
    /// Unique identifier for the user
    user_id: String,
    /// User email address
    email: String,
    /// Display name
    display_name: Option<String>,
    /// Whether user has admin privileges
    is_admin: bool,
    /// Whether user account is active
    is_active: bool,
    /// When the user was created
    #[schema(format = DateTime)]
    created_at: String,
    /// When the user was last updated
    #[schema(format = DateTime)]
    updated_at: String,
    /// When user last logged in
    #[schema(format = DateTime)]
    last_login_at: Option<String>,
    /// Revocation counter; tokens issued under an older value are void
    token_epoch: i64,
}

impl From<&User> for UserDto {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.0.clone(),
            email: user.email.clone(),
            display_name: user.display_name.clone(),
            is_admin: user.is_admin,
            is_active: user.is_active,
            created_at: iso(user.created_at),
            updated_at: iso(user.updated_at),
            last_login_at: user.last_login_at.map(iso_utc),
            token_epoch: user.token_epoch,
        }
    }
}

/// A plain yes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LogoutResponse {
    /// Whether logout was successful
    success: bool,
}

/// A plain yes.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MediaCookieResponse {
    /// Whether the media cookie was set (always true in single-user mode)
    success: bool,
}

/// An account error whose words about an address quote the address.
fn with_email(error: AuthError, email: &str) -> ApiError {
    match error {
        AuthError::Email(problem) => refusals::email(&problem, email),
        other => other.into(),
    }
}
