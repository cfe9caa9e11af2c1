//! Outputs of nodes.

use super::limits::limit_methods;
use super::{Hints, Limits, present};
use crate::FieldType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A field of an output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OutputField {
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
    /// Value when the node gives none.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
    /// What the value keeps to.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// For the node editor.
    #[serde(flatten)]
    pub hints: Hints,
}

impl OutputField {
    /// A field without default or hints.
    pub fn new(name: &str, field_type: FieldType, description: String) -> Self {
        Self {
            name: name.to_owned(),
            field_type,
            title: None,
            description,
            default: None,
            limits: Limits::default(),
            hints: Hints::default(),
        }
    }

    limit_methods!();

    /// Not shown in the editor.
    #[must_use]
    pub fn ui_hidden(mut self, hidden: bool) -> Self {
        self.hints.ui_hidden = Some(hidden);
        self
    }

    /// Place among the fields.
    #[must_use]
    pub fn ui_order(mut self, order: i64) -> Self {
        self.hints.ui_order = Some(order);
        self
    }

    /// Kind of field where the type does not tell.
    #[must_use]
    pub fn ui_type(mut self, kind: &str) -> Self {
        self.hints.ui_type = Some(kind.to_owned());
        self
    }
}

/// An output: the object a node gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutputSpec {
    /// The `type` in JSON.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of its schema.
    pub class: String,
    /// What it is, for people.
    pub description: String,
    /// Its fields in order.
    pub fields: Vec<OutputField>,
}

impl OutputSpec {
    /// An output without fields.
    pub fn new(class: &str, description: String) -> Self {
        Self { class: class.to_owned(), description, ..Self::default() }
    }

    /// The `type` in JSON.
    #[must_use]
    pub fn kind(mut self, kind: &str) -> Self {
        self.kind = kind.to_owned();
        self
    }

    /// Name of its schema, where it is not the struct's name.
    #[must_use]
    pub fn class(mut self, class: &str) -> Self {
        self.class = class.to_owned();
        self
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&OutputField> {
        self.fields.iter().find(|field| field.name == name)
    }
}
