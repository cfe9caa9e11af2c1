//! What the walk needs to know about the source graph, worked out once.

use crate::{Catalogue, Edge, Graph};
use std::collections::HashMap;

/// What a node means to the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Plain,
    Iterate,
    Collect,
    If,
}

/// A set of nodes, one bit each.
#[derive(Debug, Clone, Default)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn new(size: usize) -> Self {
        Self(vec![0; size.div_ceil(64)])
    }

    fn insert(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    fn extend(&mut self, other: &Self) {
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word |= other;
        }
    }
}

/// One node of the source graph.
#[derive(Debug)]
pub(super) struct SourceNode {
    pub(super) id: String,
    pub(super) class: String,
    pub(super) role: Role,
    /// Nodes that feed it, each once.
    pub(super) parents: Vec<usize>,
    /// Edges that end at it, in the graph's order.
    pub(super) inputs: Vec<Edge>,
    /// Edges that begin at it, in the graph's order.
    pub(super) outputs: Vec<Edge>,
    /// Everything upstream.
    pub(super) ancestors: Bits,
    /// The loops it runs in: iterators upstream, not looking past collectors, outermost first.
    pub(super) loops: Vec<usize>,
}

/// The source graph.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) nodes: Vec<SourceNode>,
    /// Parents before children; generation by generation, as the reference goes through them.
    pub(super) order: Vec<usize>,
    /// The `if` nodes.
    pub(super) ifs: Vec<usize>,
    index: HashMap<String, usize>,
}

impl Source {
    pub(super) fn new(graph: &Graph, catalogue: &Catalogue) -> Self {
        let index: HashMap<String, usize> = graph.nodes.keys().cloned().zip(0..).collect();
        let size = graph.nodes.len();
        let mut nodes: Vec<SourceNode> = graph
            .nodes
            .iter()
            .map(|(id, node)| SourceNode {
                id: id.clone(),
                class: catalogue.node(node.kind()).map_or_else(|| node.kind().to_owned(), |spec| spec.class.clone()),
                role: match node.kind() {
                    "iterate" => Role::Iterate,
                    "collect" => Role::Collect,
                    "if" => Role::If,
                    _ => Role::Plain,
                },
                parents: Vec::new(),
                inputs: Vec::new(),
                outputs: Vec::new(),
                ancestors: Bits::new(size),
                loops: Vec::new(),
            })
            .collect();
        for edge in &graph.edges {
            let (Some(&from), Some(&to)) = (index.get(&edge.source.node_id), index.get(&edge.destination.node_id))
            else {
                continue; // a checked graph has no such edge
            };
            nodes[from].outputs.push(edge.clone());
            nodes[to].inputs.push(edge.clone());
            if !nodes[to].parents.contains(&from) {
                nodes[to].parents.push(from);
            }
        }
        let order = generations(&nodes, |_| true);
        let ifs = (0..size).filter(|node| nodes[*node].role == Role::If).collect();
        let mut source = Self { nodes, order, ifs, index };
        source.find_ancestors();
        source
    }

    /// The node of that id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    fn find_ancestors(&mut self) {
        let size = self.nodes.len();
        let loop_order = generations(&self.nodes, |node| node.role != Role::Collect);
        let mut rank = vec![0; size];
        for (position, node) in loop_order.iter().enumerate() {
            rank[*node] = position;
        }
        let mut upstream = vec![Bits::new(size); size];
        for &node in &self.order {
            let mut ancestors = Bits::new(size);
            let mut in_loops = Bits::new(size);
            for &parent in &self.nodes[node].parents {
                ancestors.insert(parent);
                ancestors.extend(&self.nodes[parent].ancestors);
                if self.nodes[node].role != Role::Collect {
                    in_loops.insert(parent);
                    in_loops.extend(&upstream[parent]);
                }
            }
            let mut loops: Vec<usize> = (0..size)
                .filter(|candidate| self.nodes[*candidate].role == Role::Iterate && in_loops.contains(*candidate))
                .collect();
            loops.sort_by_key(|candidate| rank[*candidate]);
            self.nodes[node].ancestors = ancestors;
            self.nodes[node].loops = loops;
            upstream[node] = in_loops;
        }
    }

    /// The loops a node's passes are counted by: those it runs in and, for an iterator, its own.
    pub(super) fn axes(&self, node: usize) -> Vec<usize> {
        let mut axes = self.nodes[node].loops.clone();
        if self.nodes[node].role == Role::Iterate {
            axes.push(node);
        }
        axes
    }

    /// Whether `to` is `from` or downstream of it.
    pub(super) fn reaches(&self, from: usize, to: usize) -> bool {
        from == to || self.nodes[to].ancestors.contains(from)
    }
}

/// All nodes, parents before children: first those without parents, then those whose last parent was in the generation
/// before. Edges into nodes that `keep` refuses do not count.
fn generations(nodes: &[SourceNode], keep: impl Fn(&SourceNode) -> bool) -> Vec<usize> {
    let mut unmet: Vec<usize> = nodes.iter().map(|node| if keep(node) { node.parents.len() } else { 0 }).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (child, node) in nodes.iter().enumerate().filter(|(_, node)| keep(node)) {
        for &parent in &node.parents {
            children[parent].push(child);
        }
    }
    let mut order: Vec<usize> = (0..nodes.len()).filter(|node| unmet[*node] == 0).collect();
    let mut next = 0;
    while next < order.len() {
        for &child in &children[order[next]] {
            unmet[child] -= 1;
            if unmet[child] == 0 {
                order.push(child);
            }
        }
        next += 1;
    }
    order
}
