//! Who may use a model, in JSON.

use invoke_model_manager::Person;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who may use a model beside administrators.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelAccess {
    /// Whether it is restricted; otherwise it is everybody's
    restricted: bool,
    /// The people it is restricted to
    users: Vec<ModelAccessUser>,
}

/// Somebody who may use a restricted model.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ModelAccessUser {
    /// The id of the account
    user_id: String,
    /// Display name
    #[schema(required = true)]
    display_name: Option<String>,
    /// E-mail address
    email: String,
}

/// Who is to be able to use a model beside administrators.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelAccessChange {
    /// Whether it is restricted; otherwise it is everybody's
    pub(super) restricted: bool,
    /// The ids of the accounts it is restricted to
    #[serde(default)]
    pub(super) user_ids: Vec<String>,
}

impl From<Option<Vec<Person>>> for ModelAccess {
    fn from(people: Option<Vec<Person>>) -> Self {
        let user = |person: Person| ModelAccessUser {
            user_id: person.id.0,
            display_name: person.display_name,
            email: person.email,
        };
        Self { restricted: people.is_some(), users: people.unwrap_or_default().into_iter().map(user).collect() }
    }
}
