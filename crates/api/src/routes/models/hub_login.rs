//! How the API says whether the token for Hugging Face counts.

use invoke_model_manager::HubLogin;
use serde::Serialize;
use utoipa::ToSchema;

/// Whether the token for Hugging Face counts.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HFTokenStatus {
    /// It does.
    Valid,
    /// There is none, or nobody knows it.
    Invalid,
    /// The hub can not be asked.
    Unknown,
}

impl From<HubLogin> for HFTokenStatus {
    fn from(login: HubLogin) -> Self {
        match login {
            HubLogin::Valid => Self::Valid,
            HubLogin::Invalid => Self::Invalid,
            HubLogin::Unknown => Self::Unknown,
        }
    }
}
