//! `if`: only the chosen side runs. Nodes that feed nothing but one side of an `if` wait until its condition is known; then
//! those of the chosen side run and those of the other are skipped. Nodes that something else needs as well run anyway.

use super::Walk;
use super::source::Role;
use crate::GraphError;
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

/// What hangs on an `if`.
#[derive(Debug)]
pub(super) struct Branches {
    /// What feeds only the true side.
    when_true: HashSet<usize>,
    /// What feeds only the false side.
    when_false: HashSet<usize>,
    /// Those of either that wait until the condition is known.
    waiting: HashSet<usize>,
}

fn side(condition: bool) -> &'static str {
    if condition { "true_input" } else { "false_input" }
}

impl Walk<'_> {
    /// The condition of a prepared `if`, once what it hangs on has run; it is written into the node.
    pub(super) fn known_condition(&mut self, id: &str) -> Option<bool> {
        let edges: Vec<_> = self
            .inputs
            .get(id)
            .into_iter()
            .flatten()
            .filter(|edge| edge.destination.field == "condition")
            .cloned()
            .collect();
        if edges.iter().any(|edge| !self.session.executed.contains(&edge.source.node_id)) {
            return None;
        }
        for edge in edges {
            let value = self.result_of(&edge);
            let value = self.fitting(id, "condition", &value).unwrap_or(value);
            if let Some(node) = self.session.execution_graph.nodes.get_mut(id) {
                node.0.insert("condition".to_owned(), value);
            }
        }
        let node = self.session.execution_graph.nodes.get(id)?;
        Some(node.0.get("condition").and_then(Value::as_bool).unwrap_or(false))
    }

    /// The side a prepared `if` takes, once known.
    pub(super) fn chosen_side(&self, id: &str) -> Option<&'static str> {
        self.resolved.get(id).map(|condition| side(*condition))
    }

    pub(super) fn try_resolve_if(&mut self, id: &str) -> Result<(), GraphError> {
        if self.role_of(id) != Role::If || self.resolved.contains_key(id) {
            return Ok(());
        }
        let (Some(condition), Some(source)) = (self.known_condition(id), self.source_of(id)) else {
            return Ok(());
        };
        self.resolved.insert(id.to_owned(), condition);
        self.drop_inputs(id, side(!condition))?;
        let branches = self.branches_of(source);
        let (chosen, other) = match condition {
            true => (&branches.when_true, &branches.when_false),
            false => (&branches.when_false, &branches.when_true),
        };
        let path = self.path_of(id);
        let prepared: Vec<String> = self.session.prepared_source_mapping.keys().cloned().collect();
        for candidate in prepared {
            if self.session.executed.contains(&candidate) || self.path_of(&candidate) != path {
                continue;
            }
            match self.source_of(&candidate) {
                Some(node) if chosen.contains(&node) => self.enqueue_if_ready(&candidate)?,
                Some(node) if other.contains(&node) => self.skip(&candidate),
                _ => {}
            }
        }
        self.enqueue_if_ready(id)
    }

    /// Removes the edges to one side of an `if`, so that it does not wait for them.
    fn drop_inputs(&mut self, id: &str, field: &str) -> Result<(), GraphError> {
        let dropped: Vec<_> =
            self.inputs.get(id).into_iter().flatten().filter(|edge| edge.destination.field == field).cloned().collect();
        for edge in dropped {
            if !self.session.executed.contains(&edge.source.node_id) {
                self.forget_unmet(id)?;
            }
            self.session.execution_graph.edges.retain(|kept| *kept != edge);
            for (index, key) in [(&mut self.inputs, id), (&mut self.outputs, edge.source.node_id.as_str())] {
                if let Some(edges) = index.get_mut(key) {
                    edges.retain(|kept| *kept != edge);
                }
            }
        }
        Ok(())
    }

    fn skip(&mut self, id: &str) {
        if !self.skipped.insert(id.to_owned()) {
            return;
        }
        self.leave_line(id);
        self.mark_executed(id, true);
    }

    /// Whether a prepared node waits for the condition of an `if` of its own pass.
    pub(super) fn held_back(&mut self, id: &str) -> bool {
        let Some(source) = self.source_of(id) else { return false };
        for node in self.source.ifs.clone() {
            if !self.branches_of(node).waiting.contains(&source) {
                continue;
            }
            let path = self.path_of(id);
            let prepared = self.session.source_prepared_mapping.get(&self.source.nodes[node].id);
            let mut of_this_pass =
                prepared.into_iter().flatten().filter(|prepared| self.path_of(prepared) == path).peekable();
            if of_this_pass.peek().is_none() || !of_this_pass.all(|prepared| self.resolved.contains_key(prepared)) {
                return true;
            }
        }
        false
    }

    fn branches_of(&mut self, node: usize) -> Arc<Branches> {
        if let Some(known) = self.branches.get(&node) {
            return known.clone();
        }
        let when_true = self.only_feeding(node, "true_input");
        let when_false = self.only_feeding(node, "false_input");
        let waiting = when_true.union(&when_false).copied().filter(|feeding| self.can_wait(*feeding, node)).collect();
        let found = Arc::new(Branches { when_true, when_false, waiting });
        self.branches.insert(node, found.clone());
        found
    }

    /// Whether a node of one side may wait for the `if`. What the `if` needs in order to be expanded may not: the iterators
    /// upstream of it and what feeds them. Nor may a node of other passes than the `if`'s own, which serves several.
    /// differs: the reference holds these back as well and then never runs them, nor the `if`.
    fn can_wait(&self, candidate: usize, node: usize) -> bool {
        let nodes = &self.source.nodes;
        let leads_to_iterator = (0..nodes.len()).any(|iterator| {
            nodes[iterator].role == Role::Iterate
                && self.source.reaches(candidate, iterator)
                && self.source.reaches(iterator, node)
        });
        !leads_to_iterator && self.source.axes(candidate) == self.source.axes(node)
    }

    fn only_feeding(&self, node: usize, field: &str) -> HashSet<usize> {
        let direct: Vec<usize> = self.source.nodes[node]
            .inputs
            .iter()
            .filter(|edge| edge.destination.field == field)
            .filter_map(|edge| self.source.find(&edge.source.node_id))
            .collect();
        let mut found: HashSet<usize> = (0..self.source.nodes.len())
            .filter(|candidate| direct.iter().any(|direct| self.source.reaches(*candidate, *direct)))
            .collect();
        loop {
            let stays = |candidate: &usize| {
                self.source.nodes[*candidate].outputs.iter().all(|edge| {
                    let to = self.source.find(&edge.destination.node_id);
                    to.is_some_and(|to| found.contains(&to) || (to == node && edge.destination.field == field))
                })
            };
            let kept: HashSet<usize> = found.iter().copied().filter(stays).collect();
            if kept.len() == found.len() {
                return kept;
            }
            found = kept;
        }
    }
}
