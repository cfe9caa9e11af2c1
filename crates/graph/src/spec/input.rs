//! Inputs of nodes.

use super::limits::limit_methods;
use super::{Limits, present, texts};
use crate::FieldType;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How an input gets its value.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputKind {
    /// Written in the node, or by an edge.
    #[default]
    Any,
    /// Written in the node only.
    Direct,
    /// By an edge only.
    Connection,
}

impl InputKind {
    /// The word in schemas.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Direct => "direct",
            Self::Connection => "connection",
        }
    }
}

/// Hints for the page's node editor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// Not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_hidden: Option<bool>,
    /// Place among the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_order: Option<i64>,
    /// Kind of field where the type does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_type: Option<String>,
    /// Component to show it with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_component: Option<String>,
    /// Labels of the choices, as an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_choice_labels: Option<Value>,
    /// Model bases on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_model_base: Option<Vec<String>>,
    /// Model types on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_model_type: Option<Vec<String>>,
    /// Model variants on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_model_variant: Option<Vec<String>>,
    /// Model formats on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_model_format: Option<Vec<String>>,
    /// Model providers on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ui_model_provider_id: Option<Vec<String>>,
}

/// An input of a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputSpec {
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
    /// Value when none is given; without one the node cannot run before it has a value.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub default: Option<Value>,
    /// What the value must keep to.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// How it gets its value.
    #[serde(default)]
    pub input: InputKind,
    /// For the node editor.
    #[serde(flatten)]
    pub hints: Hints,
}

impl InputSpec {
    /// An input without default, limits or hints.
    pub fn new(name: &str, field_type: FieldType, description: String) -> Self {
        Self {
            name: name.to_owned(),
            field_type,
            title: None,
            description,
            default: None,
            limits: Limits::default(),
            input: InputKind::Any,
            hints: Hints::default(),
        }
    }

    /// Whether a node may be enqueued without it: what an edge can give need not be there yet.
    pub fn may_be_absent(&self) -> bool {
        self.default.is_some() || self.input != InputKind::Direct
    }

    /// The type of its value in a graph that waits to run: nothing as well, where it may be absent without a default.
    pub fn stored_type(&self) -> FieldType {
        match &self.default {
            Some(Value::Null) => self.field_type.clone().optional(),
            None if self.may_be_absent() => self.field_type.clone().optional(),
            _ => self.field_type.clone(),
        }
    }

    limit_methods!();

    /// How it gets its value.
    #[must_use]
    pub fn input(mut self, input: InputKind) -> Self {
        self.input = input;
        self
    }

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

    /// Component to show it with.
    #[must_use]
    pub fn ui_component(mut self, component: &str) -> Self {
        self.hints.ui_component = Some(component.to_owned());
        self
    }

    /// Labels of the choices.
    #[must_use]
    pub fn ui_choice_labels<'a>(mut self, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let labels = labels.into_iter().map(|(value, label)| (value.to_owned(), label.into())).collect();
        self.hints.ui_choice_labels = Some(Value::Object(labels));
        self
    }

    /// Model bases on offer.
    #[must_use]
    pub fn ui_model_base<'a>(mut self, bases: impl IntoIterator<Item = &'a str>) -> Self {
        self.hints.ui_model_base = Some(texts(bases));
        self
    }

    /// Model types on offer.
    #[must_use]
    pub fn ui_model_type<'a>(mut self, types: impl IntoIterator<Item = &'a str>) -> Self {
        self.hints.ui_model_type = Some(texts(types));
        self
    }

    /// Model variants on offer.
    #[must_use]
    pub fn ui_model_variant<'a>(mut self, variants: impl IntoIterator<Item = &'a str>) -> Self {
        self.hints.ui_model_variant = Some(texts(variants));
        self
    }

    /// Model formats on offer.
    #[must_use]
    pub fn ui_model_format<'a>(mut self, formats: impl IntoIterator<Item = &'a str>) -> Self {
        self.hints.ui_model_format = Some(texts(formats));
        self
    }

    /// Model providers on offer.
    #[must_use]
    pub fn ui_model_provider_id<'a>(mut self, providers: impl IntoIterator<Item = &'a str>) -> Self {
        self.hints.ui_model_provider_id = Some(texts(providers));
        self
    }
}
