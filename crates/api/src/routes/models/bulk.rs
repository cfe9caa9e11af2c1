//! Several models at once: each for itself, and what could not be done is told.

use invoke_domain::ModelKey;
use invoke_model_manager::ModelError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which models.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Keys {
    /// List of model keys
    pub(super) keys: Vec<String>,
}

/// A model with which it could not be done.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Failed {
    /// Its key.
    key: String,
    /// Why.
    error: String,
}

/// Does something with each; the keys with which it was done, and the others with the reason.
pub(super) fn each(
    keys: Vec<String>,
    act: impl Fn(&ModelKey) -> Result<(), ModelError>,
) -> Result<(Vec<String>, Vec<Failed>), ModelError> {
    let (mut done, mut failed) = (Vec::new(), Vec::new());
    for key in keys {
        let key = ModelKey(key);
        match act(&key) {
            Ok(()) => done.push(key.0),
            Err(error @ (ModelError::Denied(_) | ModelError::Storage(_))) => return Err(error),
            Err(error) => failed.push(Failed { key: key.0, error: error.to_string() }),
        }
    }
    Ok((done, failed))
}
