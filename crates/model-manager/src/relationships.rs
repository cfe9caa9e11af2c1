//! Which models belong together.

use crate::{ModelError, Models};
use invoke_domain::ModelKey;
use invoke_permissions::{Actor, policy};
use invoke_storage::{model_relationships as rows, models};

impl Models {
    /// The models related to any of `keys`, each once.
    ///
    /// # Errors
    /// When the database fails.
    pub fn related(&self, keys: &[ModelKey]) -> Result<Vec<ModelKey>, ModelError> {
        self.shared.db.read(|tx| Ok(rows::list(tx, keys)?))
    }

    /// Relates two models.
    ///
    /// # Errors
    /// When the caller may not, or one of them is not installed.
    pub fn relate(&self, actor: &Actor, a: &ModelKey, b: &ModelKey) -> Result<(), ModelError> {
        let (first, second) = (policy::manage_model(actor, a)?, policy::manage_model(actor, b)?);
        self.shared.db.write(|tx| {
            for key in [a, b] {
                if models::get(tx, &policy::view_model(actor, key))?.is_none() {
                    return Err(ModelError::NotInstalled(key.clone()));
                }
            }
            Ok(rows::insert(tx, &first, &second)?)
        })
    }

    /// Takes two models apart.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn unrelate(&self, actor: &Actor, a: &ModelKey, b: &ModelKey) -> Result<(), ModelError> {
        let (first, second) = (policy::manage_model(actor, a)?, policy::manage_model(actor, b)?);
        self.shared.db.write(|tx| Ok(rows::delete(tx, &first, &second)?))
    }
}
