//! Carries values along the edges of the execution graph into the node that is about to run.

use super::source::Role;
use super::{InputProblem, Prepared, Walk, WalkError};
use crate::check::Checker;
use crate::validate::input_type;
use crate::{Edge, GraphError, Limits, NodeError, Problem, check_field};
use serde_json::{Value, json};

impl Walk<'_> {
    /// The output an edge carries; nothing when it was left out.
    pub(super) fn result_of(&self, edge: &Edge) -> Value {
        self.session
            .results
            .get(&edge.source.node_id)
            .and_then(|output| output.get(&edge.source.field))
            .cloned()
            .unwrap_or(Value::Null)
    }

    /// A value in the form a field stores it.
    pub(super) fn fitting(&self, id: &str, field: &str, value: &Value) -> Result<Value, Vec<Problem>> {
        let Some(node) = self.session.execution_graph.nodes.get(id) else { return Ok(value.clone()) };
        let vocabulary = &self.catalogue.vocabulary;
        let loc = [field.into()];
        match self.catalogue.node(node.kind()).and_then(|spec| spec.input(field)) {
            Some(input) => check_field(input, value, vocabulary, &loc),
            None => {
                let Some(of) = input_type(node, field, self.catalogue) else { return Ok(value.clone()) };
                let mut checker = Checker::new(vocabulary, &loc);
                let checked = checker.check(value, &of, &Limits::default());
                if checker.problems.is_empty() { Ok(checked) } else { Err(checker.problems) }
            }
        }
    }

    pub(super) fn prepare_inputs(&mut self, id: &str) -> Result<Prepared, WalkError> {
        let role = self.role_of(id);
        let edges = match role {
            // Their lists stay where they are; see `control_output`.
            Role::Iterate | Role::Collect => Vec::new(),
            _ => self.inputs.get(id).cloned().unwrap_or_default(),
        };
        for edge in edges {
            let field = edge.destination.field.as_str();
            if self.is_open_input(id, field) {
                continue; // fetched by whoever carries out the call
            }
            if role == Role::If && field != "condition" && self.chosen_side(id) != Some(field) {
                continue;
            }
            match self.fitting(id, field, &self.result_of(&edge)).and_then(|value| self.ruled(id, field, value)) {
                Ok(value) if field != "id" && field != "type" => {
                    if let Some(node) = self.session.execution_graph.nodes.get_mut(id) {
                        node.0.insert(field.to_owned(), value);
                    }
                }
                Ok(_) => {}
                Err(problems) => {
                    let error = unfit(id, &problems);
                    return Err(WalkError::Input(Box::new(InputProblem { prepared: self.prepared(id)?, error })));
                }
            }
        }
        Ok(self.prepared(id)?)
    }

    fn is_open_input(&self, id: &str, field: &str) -> bool {
        let node = self.session.execution_graph.nodes.get(id);
        node.and_then(|node| self.catalogue.node(node.kind())).is_some_and(|spec| spec.is_open_to(field))
    }

    /// The value, unless a rule between it and the node's other inputs is broken.
    fn ruled(&self, id: &str, field: &str, value: Value) -> Result<Value, Vec<Problem>> {
        let Some(node) = self.session.execution_graph.nodes.get(id) else { return Ok(value) };
        let Some(spec) = self.catalogue.node(node.kind()).filter(|spec| !spec.rules.is_empty()) else {
            return Ok(value);
        };
        let mut inputs = node.0.clone();
        inputs.insert(field.to_owned(), value.clone());
        let mut rules = spec.rules.iter().filter(|rule| rule.field.as_deref().is_none_or(|at| at == field));
        match rules.find_map(|rule| Some((rule, rule.broken_by(&inputs)?))) {
            None => Ok(value),
            Some((rule, sentence)) => {
                let loc: Vec<Value> = rule.field.iter().map(|field| field.as_str().into()).collect();
                Err(vec![Problem::rule(&loc, sentence, &value)])
            }
        }
    }

    fn prepared(&self, id: &str) -> Result<Prepared, GraphError> {
        let (Some(node), Some(source_id)) =
            (self.session.execution_graph.nodes.get(id), self.session.prepared_source_mapping.get(id))
        else {
            return Err(GraphError::Damaged(format!("`{id}` is no prepared node")));
        };
        // What was stored without its nothings gets them back here.
        let node = crate::validate::fill_node(node, self.catalogue);
        Ok(Prepared { id: id.to_owned(), source_id: source_id.clone(), node: Value::Object(node.0) })
    }

    /// The output of an iterator or collector, made from what feeds it; nothing for other nodes.
    pub fn control_output(&self, prepared: &Prepared) -> Option<Result<Value, NodeError>> {
        match self.role_of(&prepared.id) {
            Role::Iterate => Some(self.iterate(prepared)),
            Role::Collect => Some(Ok(self.collect(&prepared.id))),
            Role::Plain | Role::If => None,
        }
    }

    fn iterate(&self, prepared: &Prepared) -> Result<Value, NodeError> {
        let edge = self
            .inputs
            .get(&prepared.id)
            .and_then(|edges| edges.iter().find(|edge| edge.destination.field == "collection"));
        let items = edge
            .and_then(|edge| self.session.results.get(&edge.source.node_id)?.get(&edge.source.field)?.as_array())
            .map_or([].as_slice(), Vec::as_slice);
        let index = prepared.node["index"].as_u64().unwrap_or_default() as usize;
        match items.get(index) {
            Some(item) => Ok(json!({
                "output_meta": null, "item": item, "index": index, "total": items.len(), "type": "iterate_output",
            })),
            None => Err(NodeError::new("IndexError", format!("Item {index} of a list of {} items", items.len()))),
        }
    }

    /// Lists first, then single items, each in order of their passes and, within a pass, of the edges.
    /// differs: within a pass the reference sorts by the random ids of the prepared nodes.
    fn collect(&self, id: &str) -> Value {
        let sorted = |field: &str| {
            let mut edges: Vec<&Edge> =
                self.inputs.get(id).into_iter().flatten().filter(|edge| edge.destination.field == field).collect();
            edges.sort_by_cached_key(|edge| self.path_of(&edge.source.node_id));
            edges
        };
        let mut collection = Vec::new();
        for edge in sorted("collection") {
            match self.result_of(edge) {
                Value::Array(items) => collection.extend(items),
                item => collection.push(item),
            }
        }
        collection.extend(sorted("item").into_iter().map(|edge| self.result_of(edge)));
        json!({ "output_meta": null, "collection": collection, "type": "collect_output" })
    }
}

fn unfit(id: &str, problems: &[Problem]) -> NodeError {
    let mut place = String::new();
    for part in problems.first().map_or([].as_slice(), |problem| problem.loc.as_slice()) {
        match part {
            Value::String(key) if place.is_empty() => place.push_str(key),
            Value::String(key) => {
                place.push('.');
                place.push_str(key);
            }
            index => place.push_str(&format!("[{index}]")),
        }
    }
    let message = format!("Node {id} has invalid incoming input for {place}");
    let causes: String = problems.iter().map(|problem| format!("caused by: {problem}\n")).collect();
    let kind = "NodeInputError".to_owned();
    NodeError::Failed { traceback: format!("{kind}: {message}\n{causes}"), kind, message }
}
