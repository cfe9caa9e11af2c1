//! Nodes.

use super::{InputSpec, Rule, texts};
use serde::{Deserialize, Serialize};

/// How finished a node is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Classification {
    /// Safe to build on.
    #[default]
    Stable,
    /// Meant to become stable; may change.
    Beta,
    /// May change or vanish.
    Prototype,
    /// May vanish.
    Deprecated,
    /// Not for people; shown all the same.
    Internal,
    /// Handled by the page or the walk rather than run.
    Special,
}

/// A node.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeSpec {
    /// The `type` in JSON.
    #[serde(rename = "type")]
    pub kind: String,
    /// Name of its schema; the walk drains ready nodes in the order of these names.
    pub class: String,
    /// Name shown to people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What it does, for people.
    pub description: String,
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where the page lists it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Version of its interface.
    pub version: String,
    /// How finished it is.
    #[serde(default)]
    pub classification: Classification,
    /// Whether an earlier output may be used again, unless the node says otherwise.
    pub use_cache: bool,
    /// It lays images on a board.
    #[serde(default)]
    pub board: bool,
    /// It keeps metadata with its images.
    #[serde(default)]
    pub metadata: bool,
    /// Inputs it does not name are kept.
    #[serde(default)]
    pub extra: bool,
    /// Edges may end at inputs it does not name if they begin with this; they take anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_inputs: Option<String>,
    /// Rules between its inputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Its inputs in order.
    pub inputs: Vec<InputSpec>,
    /// Class of its output, found in [`Vocabulary::outputs`].
    pub output: String,
}

impl NodeSpec {
    /// A node without inputs, to be described by the methods below.
    pub fn new(class: &str, description: String) -> Self {
        Self { class: class.to_owned(), description, version: "1.0.0".to_owned(), use_cache: true, ..Self::default() }
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

    /// Name shown to people.
    #[must_use]
    pub fn title(mut self, title: &str) -> Self {
        self.title = Some(title.to_owned());
        self
    }

    /// Words to find it by.
    #[must_use]
    pub fn tags<'a>(mut self, tags: impl IntoIterator<Item = &'a str>) -> Self {
        self.tags = texts(tags);
        self
    }

    /// Where the page lists it.
    #[must_use]
    pub fn category(mut self, category: &str) -> Self {
        self.category = Some(category.to_owned());
        self
    }

    /// Version of its interface.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = version.to_owned();
        self
    }

    /// How finished it is.
    #[must_use]
    pub fn classification(mut self, classification: Classification) -> Self {
        self.classification = classification;
        self
    }

    /// Whether an earlier output may be used again.
    #[must_use]
    pub fn use_cache(mut self, use_cache: bool) -> Self {
        self.use_cache = use_cache;
        self
    }

    /// It lays images on a board: [`NodeMeta::board`](crate::NodeMeta).
    #[must_use]
    pub fn board(mut self, board: bool) -> Self {
        self.board = board;
        self
    }

    /// It keeps metadata with its images: [`NodeMeta::metadata`](crate::NodeMeta).
    #[must_use]
    pub fn metadata(mut self, metadata: bool) -> Self {
        self.metadata = metadata;
        self
    }

    /// Inputs it does not name are kept.
    #[must_use]
    pub fn extra(mut self, extra: bool) -> Self {
        self.extra = extra;
        self
    }

    /// Edges may end at inputs that begin with `prefix`; they take anything.
    #[must_use]
    pub fn open_inputs(mut self, prefix: &str) -> Self {
        self.open_inputs = Some(prefix.to_owned());
        self
    }

    /// Rules between its inputs.
    #[must_use]
    pub fn rules(mut self, rules: impl IntoIterator<Item = Rule>) -> Self {
        self.rules = rules.into_iter().collect();
        self
    }

    /// Whether edges may end at this input although no input of that name is listed.
    pub fn is_open_to(&self, field: &str) -> bool {
        self.open_inputs.as_ref().is_some_and(|prefix| field.starts_with(prefix.as_str()))
    }

    /// The input of that name.
    pub fn input(&self, name: &str) -> Option<&InputSpec> {
        self.inputs.iter().find(|input| input.name == name)
    }
}
