//! Walks a graph: expands loops into prepared nodes, hands them out when their inputs are there, and takes their outputs.
//!
//! `expand` decides which source node is expanded next and into which prepared nodes, `branch` keeps what hangs only on one
//! side of an `if` from running before the condition is known, and `inputs` carries values along the edges. Here is the
//! order: nodes whose inputs are there wait in one line per class, and a class is drained before the next is begun, so
//! that models stay loaded. All of it follows the reference, prepared node by prepared node.

mod branch;
mod expand;
mod inputs;
mod source;

use crate::{Catalogue, Edge, GraphError, NodeError, Session};
use invoke_domain::Random;
use serde_json::Value;
use source::{Role, Source};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// A node that is ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Id of the prepared node, a UUID.
    pub id: String,
    /// Id of the node in the graph that was sent.
    pub source_id: String,
    /// The node with its inputs. The list of an iterator or collector is left out, as in the reference's events.
    pub node: Value,
}

impl Prepared {
    /// Its `type`.
    pub fn kind(&self) -> &str {
        self.node["type"].as_str().unwrap_or_default()
    }
}

/// A node's inputs do not fit its fields.
#[derive(Debug, Clone, PartialEq)]
pub struct InputProblem {
    /// The node, with the inputs that fit.
    pub prepared: Prepared,
    /// What to tell.
    pub error: NodeError,
}

/// Why the walk cannot go on.
#[derive(Debug)]
pub enum WalkError {
    /// A node's inputs do not fit.
    Input(Box<InputProblem>),
    /// The session cannot be walked.
    Graph(GraphError),
}

impl From<GraphError> for WalkError {
    fn from(error: GraphError) -> Self {
        Self::Graph(error)
    }
}

/// A session being walked. What it learns on the way is in the session; the rest is worked out again on resuming.
#[derive(Debug)]
pub struct Walk<'a> {
    session: &'a mut Session,
    catalogue: &'a Catalogue,
    random: &'a dyn Random,
    source: Source,
    /// Edges of the execution graph by the node they end at, and by the one they begin at.
    inputs: HashMap<String, Vec<Edge>>,
    outputs: HashMap<String, Vec<Edge>>,
    /// Ready nodes by class, in order of their passes.
    ready: BTreeMap<String, VecDeque<String>>,
    waiting: HashSet<String>,
    active_class: Option<String>,
    skipped: HashSet<String>,
    /// The `if` nodes whose condition is known.
    resolved: HashMap<String, bool>,
    /// What hangs on each `if`, worked out when first asked for.
    branches: HashMap<usize, Arc<branch::Branches>>,
    /// How many prepared nodes of each source node have not run yet.
    open: Vec<usize>,
}

impl<'a> Walk<'a> {
    /// Begins or resumes a session.
    pub fn new(session: &'a mut Session, catalogue: &'a Catalogue, random: &'a dyn Random) -> Result<Self, GraphError> {
        let source = Source::new(&session.graph, catalogue);
        let open = vec![0; source.nodes.len()];
        let mut walk = Self {
            session,
            catalogue,
            random,
            source,
            inputs: HashMap::new(),
            outputs: HashMap::new(),
            ready: BTreeMap::new(),
            waiting: HashSet::new(),
            active_class: None,
            skipped: HashSet::new(),
            resolved: HashMap::new(),
            branches: HashMap::new(),
            open,
        };
        walk.resume()?;
        Ok(walk)
    }

    /// What is walked.
    pub fn session(&self) -> &Session {
        self.session
    }

    fn resume(&mut self) -> Result<(), GraphError> {
        let edges = self.session.execution_graph.edges.clone();
        for edge in &edges {
            self.index(edge);
        }
        let prepared: Vec<(String, String)> =
            self.session.prepared_source_mapping.iter().map(|(id, source)| (id.clone(), source.clone())).collect();
        for (id, source) in &prepared {
            let known = self.source.find(source).filter(|_| self.session.execution_graph.nodes.contains_key(id));
            let Some(node) = known else {
                return Err(GraphError::Damaged(format!("prepared node `{id}` belongs to no node")));
            };
            if !self.session.executed.contains(id) {
                self.open[node] += 1;
            } else if !self.session.results.contains_key(id) {
                self.skipped.insert(id.clone());
            }
        }
        for (id, _) in &prepared {
            if self.role_of(id) == Role::If
                && let Some(condition) = self.known_condition(id)
            {
                self.resolved.insert(id.clone(), condition);
            }
        }
        for (id, _) in &prepared {
            self.enqueue_if_ready(id)?;
        }
        Ok(())
    }

    fn index(&mut self, edge: &Edge) {
        self.inputs.entry(edge.destination.node_id.clone()).or_default().push(edge.clone());
        self.outputs.entry(edge.source.node_id.clone()).or_default().push(edge.clone());
    }

    /// The source node of a prepared one.
    fn source_of(&self, prepared: &str) -> Option<usize> {
        self.source.find(self.session.prepared_source_mapping.get(prepared)?)
    }

    fn role_of(&self, prepared: &str) -> Role {
        self.source_of(prepared).map_or(Role::Plain, |source| self.source.nodes[source].role)
    }

    /// The next node to run, its inputs in place; nothing when none is ready.
    #[expect(
        clippy::should_implement_trait,
        reason = "each step needs the output of the one before, so it is no iterator"
    )]
    pub fn next(&mut self) -> Result<Option<Prepared>, WalkError> {
        if self.session.waiting_workflow_call.is_some() {
            return Ok(None);
        }
        let next = match self.pop_ready() {
            Some(id) => Some(id),
            None => self.expand_until_ready()?,
        };
        match next {
            Some(id) => self.prepare_inputs(&id).map(Some),
            None => Ok(None),
        }
    }

    /// Expands all there is to expand. Like the reference, the first node is chosen once a second one has been expanded,
    /// which decides the class that runs first.
    fn expand_until_ready(&mut self) -> Result<Option<String>, GraphError> {
        let mut next = None;
        let mut expanded = self.expand_one()?;
        while expanded {
            expanded = self.expand_one()?;
            if next.is_none() {
                next = self.pop_ready();
            }
        }
        Ok(next)
    }

    /// Takes the output of a prepared node.
    pub fn complete(&mut self, id: &str, output: Value) -> Result<(), GraphError> {
        if !self.session.execution_graph.nodes.contains_key(id) {
            return Err(GraphError::Damaged(format!("`{id}` is no prepared node")));
        }
        self.session.results.insert(id.to_owned(), output);
        self.mark_executed(id, false);
        let children: Vec<String> = self
            .outputs
            .get(id)
            .map(|edges| edges.iter().map(|edge| edge.destination.node_id.clone()).collect())
            .unwrap_or_default();
        for child in children {
            self.forget_unmet(&child)?;
            self.try_resolve_if(&child)?;
            self.enqueue_if_ready(&child)?;
        }
        Ok(())
    }

    /// Notes that a prepared node failed.
    pub fn fail(&mut self, id: &str, error: &NodeError) {
        self.session.errors.insert(id.to_owned(), format!("{}: {error}", error.kind()));
    }

    /// Marks a prepared node done, and with the last one its source node; a skipped one only notes that once.
    fn mark_executed(&mut self, id: &str, skipped: bool) {
        if !self.session.executed.insert(id.to_owned()) {
            return;
        }
        let Some(node) = self.source_of(id) else { return };
        self.open[node] -= 1;
        if self.open[node] == 0 {
            let source = self.source.nodes[node].id.clone();
            let new = self.session.executed.insert(source.clone());
            if new || !skipped {
                self.session.executed_history.push(source);
            }
        }
    }

    fn forget_unmet(&mut self, id: &str) -> Result<(), GraphError> {
        match self.session.indegree.get_mut(id) {
            Some(unmet) if *unmet > 0 => {
                *unmet -= 1;
                Ok(())
            }
            _ => Err(GraphError::Damaged(format!("prepared node `{id}` waits for no input"))),
        }
    }

    /// Puts a prepared node in the line of its class, unless an input is missing or an `if` holds it back.
    fn enqueue_if_ready(&mut self, id: &str) -> Result<(), GraphError> {
        let Some(unmet) = self.session.indegree.get(id) else {
            return Err(GraphError::Damaged(format!("prepared node `{id}` has no count of inputs")));
        };
        if *unmet != 0 || self.session.executed.contains(id) || self.waiting.contains(id) || self.held_back(id) {
            return Ok(());
        }
        let Some(source) = self.source_of(id) else { return Ok(()) };
        let class = self.source.nodes[source].class.clone();
        let path = self.path_of(id);
        let later =
            |other: &String| self.session.prepared_iteration_paths.get(other).is_some_and(|other| *other > path);
        let position = match self.ready.get(&class) {
            Some(line) if line.back().is_some_and(later) => line.iter().position(later).unwrap_or(line.len()),
            Some(line) => line.len(),
            None => 0,
        };
        self.ready.entry(class).or_default().insert(position, id.to_owned());
        self.waiting.insert(id.to_owned());
        Ok(())
    }

    fn leave_line(&mut self, id: &str) {
        if self.waiting.remove(id) {
            for line in self.ready.values_mut() {
                line.retain(|waiting| waiting != id);
            }
        }
    }

    fn pop_ready(&mut self) -> Option<String> {
        loop {
            if let Some(class) = self.active_class.clone() {
                while let Some(id) = self.ready.get_mut(&class).and_then(VecDeque::pop_front) {
                    self.waiting.remove(&id);
                    if !self.session.executed.contains(&id) {
                        return Some(id);
                    }
                }
                self.active_class = None;
            }
            let has_ready = |class: &&String| self.ready.get(*class).is_some_and(|line| !line.is_empty());
            let preferred = self.session.ready_order.iter().find(has_ready);
            self.active_class = preferred.or_else(|| self.ready.keys().find(has_ready)).cloned();
            self.active_class.as_ref()?;
        }
    }
}
