//! Which models belong together.

use crate::models::find;
use crate::{ModelError, Models};
use invoke_domain::ModelKey;
use invoke_permissions::{Actor, policy};
use invoke_storage::{model_access, model_relationships as rows};

impl Models {
    /// The models related to any of `keys`, each once. Models that the actor may not use are left out on both sides.
    ///
    /// # Errors
    /// When the database fails.
    pub fn related(&self, actor: &Actor, keys: &[ModelKey]) -> Result<Vec<ModelKey>, ModelError> {
        self.shared.db.read(|tx| {
            let hidden = model_access::hidden(tx, &actor.scope())?;
            let keys: Vec<ModelKey> = keys.iter().filter(|key| !hidden.contains(key)).cloned().collect();
            let mut related = rows::list(tx, &keys)?;
            related.retain(|key| !hidden.contains(key));
            Ok(related)
        })
    }

    /// Relates two models.
    ///
    /// # Errors
    /// When the caller may not, or one of them is not installed.
    pub fn relate(&self, actor: &Actor, a: &ModelKey, b: &ModelKey) -> Result<(), ModelError> {
        let (first, second) = (policy::manage_model(actor, a)?, policy::manage_model(actor, b)?);
        self.shared.db.write(|tx| {
            for key in [a, b] {
                if find(tx, actor, key)?.is_none() {
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
