//! How large a graph may be.

/// Sizes checked before any work is done on a graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Nodes of a graph.
    pub nodes: usize,
    /// Edges of a graph.
    pub edges: usize,
    /// Nodes after loops have been expanded.
    pub prepared: usize,
}

impl Bounds {
    /// What we accept. The largest graph the reference's pages make has some hundred nodes; 4,096 keeps the facts about
    /// ancestors (one bit per pair) at 2 MB. A loop over 100,000 items is a mistake, not a picture.
    pub const STANDARD: Self = Self { nodes: 4_096, edges: 16_384, prepared: 100_000 };
}
