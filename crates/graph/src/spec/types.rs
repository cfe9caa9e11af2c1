//! Named types.

use super::limits::limit_methods;
use super::{Limits, present};
use crate::FieldType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A field of a named object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectField {
    /// Name in JSON.
    pub name: String,
    /// Type.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Name shown to people, where it is not made from `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it is, for people.
    pub description: String,
    /// Value when none is given; without one it is required.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
    /// The default is made anew each time and does not appear in schemas (the reference's `default_factory`).
    #[serde(default)]
    pub silent_default: bool,
    /// What the value must keep to.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
}

impl ObjectField {
    /// A required field.
    pub fn new(name: &str, field_type: FieldType, description: String) -> Self {
        Self {
            name: name.to_owned(),
            field_type,
            title: None,
            description,
            default: None,
            silent_default: false,
            limits: Limits::default(),
        }
    }

    limit_methods!();

    /// Value when none is given, kept out of schemas.
    #[must_use]
    pub fn silent_default(mut self, value: impl Into<Value>) -> Self {
        self.default = Some(value.into());
        self.silent_default = true;
        self
    }
}

/// A named type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum TypeSpec {
    /// An object with known fields.
    Object {
        /// What it is, for people.
        description: String,
        /// Its fields in order.
        fields: Vec<ObjectField>,
        /// Keys it does not name are kept.
        #[serde(default)]
        extra: bool,
        /// The type it refines: its values may go where that one is asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        extends: Option<String>,
    },
    /// One of a few values.
    Enum {
        /// What it is, for people.
        description: String,
        /// The values: texts or whole numbers.
        values: Vec<Value>,
    },
}

impl TypeSpec {
    /// An object, to be described by the methods below.
    pub fn object(description: String, fields: Vec<ObjectField>) -> Self {
        Self::Object { description, fields, extra: false, extends: None }
    }

    /// Keys it does not name are kept.
    #[must_use]
    pub fn extra(mut self, keep: bool) -> Self {
        if let Self::Object { extra, .. } = &mut self {
            *extra = keep;
        }
        self
    }

    /// The type it refines.
    #[must_use]
    pub fn extends(mut self, base: &str) -> Self {
        if let Self::Object { extends, .. } = &mut self {
            *extends = Some(base.to_owned());
        }
        self
    }
}
