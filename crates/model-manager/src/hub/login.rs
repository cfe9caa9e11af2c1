//! Signing in to Hugging Face.
//!
//! Reference: InvokeAI 6.14.2, `app/api/routers/model_manager.py`, `HFTokenHelper`.

use crate::models::{Shared, may_install};
use crate::{ModelError, Models};
use invoke_permissions::{Actor, Grant, Manage, Model};

/// What the hub says of the token that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubLogin {
    /// It is somebody's.
    Valid,
    /// There is none, or it is nobody's.
    Invalid,
    /// The hub can not be asked.
    Unknown,
}

impl Models {
    /// Whether there is a token for Hugging Face that counts.
    ///
    /// # Errors
    /// When the caller may not ask.
    pub fn hub_login(&self, actor: &Actor) -> Result<HubLogin, ModelError> {
        let grant = may_install(actor)?;
        let Some(token) = self.shared.settings.hub_token.get() else { return Ok(HubLogin::Invalid) };
        Ok(self.engine.wait(asked(&self.shared, &grant, &token)).unwrap_or(HubLogin::Unknown))
    }

    /// Keeps a token that the hub knows. One that it does not know, or can not be asked about, is not kept.
    ///
    /// # Errors
    /// When the caller may not, or the token can not be written.
    pub fn hub_sign_in(&self, actor: &Actor, token: &str) -> Result<HubLogin, ModelError> {
        let grant = may_install(actor)?;
        let token = token.trim();
        if self.engine.wait(asked(&self.shared, &grant, token)).is_ok_and(|login| login == HubLogin::Valid) {
            self.keep(&grant, Some(token))?;
        }
        self.hub_login(actor)
    }

    /// Forgets the token.
    ///
    /// # Errors
    /// When the caller may not, or the token can not be removed.
    pub fn hub_sign_out(&self, actor: &Actor) -> Result<HubLogin, ModelError> {
        self.keep(&may_install(actor)?, None)?;
        self.hub_login(actor)
    }

    fn keep(&self, _: &Grant<Model, Manage>, token: Option<&str>) -> Result<(), ModelError> {
        let failed = |source| ModelError::File { action: "writing", path: "the token of Hugging Face".into(), source };
        self.shared.settings.hub_token.set(token).map_err(failed)
    }
}

async fn asked(shared: &Shared, _: &Grant<Model, Manage>, token: &str) -> HubLogin {
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return HubLogin::Invalid;
    }
    match shared.http.json(&format!("{}/api/whoami-v2", shared.settings.hub), Some(token)).await {
        Ok((answer, _)) if answer.response.status() == 200 => HubLogin::Valid,
        Ok((answer, _)) if [400, 401, 403].contains(&answer.response.status().as_u16()) => HubLogin::Invalid,
        _ => HubLogin::Unknown,
    }
}
