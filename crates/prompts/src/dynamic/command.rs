//! A template as a tree.

/// How one of several is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// By chance.
    Random,
    /// One after the other, all of them.
    Combinatorial,
    /// One after the other, for ever.
    Cyclical,
}

impl Method {
    /// Whether it never ends by itself.
    pub(super) fn is_endless(self) -> bool {
        self != Self::Combinatorial
    }
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Command {
    Literal(String),
    Sequence(Vec<Command>),
    Variant(Variant),
    Wildcard { path: Box<Command>, method: Option<Method> },
    Assignment { name: String, value: Box<Command>, immediate: bool, overwrite: bool },
    Access { name: String, default: Option<Box<Command>> },
    Wrap { wrapper: Box<Command>, inner: Box<Command> },
}

/// Several of several.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Variant {
    pub(super) values: Vec<Command>,
    pub(super) weights: Vec<f64>,
    /// At least so many are taken.
    pub(super) least: usize,
    /// At most so many.
    pub(super) most: usize,
    pub(super) separator: String,
    pub(super) method: Option<Method>,
}

impl Command {
    /// What it says itself about how to choose.
    pub(super) fn method(&self) -> Option<Method> {
        match self {
            Self::Variant(variant) => variant.method,
            Self::Wildcard { method, .. } => *method,
            _ => None,
        }
    }

    /// A sequence of nothing, which counts as not there.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Sequence(parts) if parts.is_empty())
    }
}

impl Variant {
    /// With bounds that its values can fill.
    pub(super) fn bounds(&self) -> (usize, usize) {
        (self.least.min(self.values.len()), self.most.min(self.values.len()))
    }
}
