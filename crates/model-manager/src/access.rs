//! Models that are not for everybody: restricting one to some people, and what is hidden from whom.

use crate::{ModelError, Models};
use invoke_domain::{ModelKey, UserId};
use invoke_permissions::{Actor, policy};
use invoke_storage::board_shares::Person;
use invoke_storage::{StorageError, model_access};
use std::collections::HashSet;

impl Models {
    /// The people a model is restricted to, by name; `None` when it is everybody's.
    ///
    /// # Errors
    /// When there is none of this key, or the caller may not.
    pub fn access(&self, actor: &Actor, key: &ModelKey) -> Result<Option<Vec<Person>>, ModelError> {
        let grant = policy::manage_model(actor, key)?;
        self.get(actor, key)?;
        self.shared.db.read(|tx| Ok(model_access::list(tx, &grant)?))
    }

    /// Restricts a model to these people, or with `None` makes it everybody's again.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, or one of the accounts is not there.
    pub fn restrict(&self, actor: &Actor, key: &ModelKey, to: Option<&[UserId]>) -> Result<(), ModelError> {
        let grant = policy::manage_model(actor, key)?;
        self.get(actor, key)?;
        self.shared.db.write(|tx| match model_access::replace(tx, &grant, to) {
            Err(StorageError::OwnerGone) => Err(ModelError::NoSuchUser),
            other => Ok(other?),
        })
    }

    /// The models that the actor may not use.
    ///
    /// # Errors
    /// When the database fails.
    pub fn hidden_from(&self, actor: &Actor) -> Result<HashSet<ModelKey>, ModelError> {
        self.shared.db.read(|tx| Ok(model_access::hidden(tx, &actor.scope())?))
    }
}
