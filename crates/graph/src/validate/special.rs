//! What loops ask of their neighbours: an iterator takes one list, a collector gathers items of one type, and what they
//! feed takes items of that type.

use super::structure::{input_type, output_type};
use crate::compat::{
    Part, collection_item_types, compatible, has_list, is_any, is_subclass, is_union_subtype, item_types, parts,
    root_types,
};
use crate::{Catalogue, Edge, FieldType, Graph};

const MATCHING_COLLECTION: &str = "Collector outputs must connect to a collection input with a matching type";

/// The first iterator or collector whose edges break a rule.
pub(super) fn broken_rule(graph: &Graph, catalogue: &Catalogue) -> Option<String> {
    let loops = Loops { graph, catalogue };
    graph.nodes.iter().find_map(|(id, node)| match node.kind() {
        "iterate" => loops.iterator(id).map(|rule| format!("Invalid iterator node ({id}): {rule}")),
        "collect" => loops.collector(id).map(|rule| format!("Invalid collector node ({id}): {rule}")),
        _ => None,
    })
}

struct Loops<'a> {
    graph: &'a Graph,
    catalogue: &'a Catalogue,
}

impl<'a> Loops<'a> {
    fn inputs(&self, id: &'a str, field: &'static str) -> impl Iterator<Item = &'a Edge> + use<'a> {
        self.graph.inputs_of(id).filter(move |edge| edge.destination.field == field)
    }

    fn outputs(&self, id: &'a str, field: &'static str) -> impl Iterator<Item = &'a Edge> + use<'a> {
        self.graph.outputs_of(id).filter(move |edge| edge.source.field == field)
    }

    fn source_type(&self, edge: &Edge) -> FieldType {
        let node = self.graph.nodes.get(&edge.source.node_id);
        node.and_then(|node| output_type(node, &edge.source.field, self.catalogue)).unwrap_or(FieldType::Null)
    }

    fn destination_type(&self, edge: &Edge) -> FieldType {
        let node = self.graph.nodes.get(&edge.destination.node_id);
        node.and_then(|node| input_type(node, &edge.destination.field, self.catalogue)).unwrap_or(FieldType::Null)
    }

    fn fits(&self, from: &FieldType, to: &FieldType) -> bool {
        compatible(from, to, &self.catalogue.vocabulary)
    }

    fn is_collector(&self, id: &str) -> bool {
        self.graph.nodes.get(id).is_some_and(|node| node.kind() == "collect")
    }

    fn iterator(&self, id: &'a str) -> Option<&'static str> {
        let inputs: Vec<&Edge> = self.inputs(id, "collection").collect();
        let input = match inputs.as_slice() {
            [] => return Some("Iterator must have a collection input edge"),
            [input] => *input,
            _ => return Some("Iterator may only have one input edge"),
        };
        let FieldType::List { items } = self.source_type(input) else {
            return Some("Iterator input must be a collection");
        };
        let outputs: Vec<FieldType> = self.outputs(id, "item").map(|edge| self.destination_type(edge)).collect();
        if !outputs.iter().all(|output| self.fits(&items, output)) {
            return Some("Iterator outputs must connect to an input with a matching type");
        }
        if self.is_collector(&input.source.node_id) {
            let Some(root) = self.root_of_collector(&input.source.node_id) else {
                return Some("Iterator input collector must have at least one item or collection input edge");
            };
            if !outputs.iter().all(|output| self.fits(&root, output)) {
                return Some("Iterator collection type must match all iterator output types");
            }
        }
        None
    }

    fn collector(&self, id: &'a str) -> Option<&'static str> {
        let items: Vec<&Edge> = self.inputs(id, "item").collect();
        let collections: Vec<&Edge> = self.inputs(id, "collection").collect();
        if items.is_empty() && collections.is_empty() {
            return Some("Collector must have at least one item or collection input edge");
        }
        if !collections.iter().map(|edge| self.source_type(edge)).all(|of| has_list(&of) || is_any(&of)) {
            return Some("Collector collection input must be a collection");
        }
        let known: Vec<FieldType> =
            self.item_types_of(id, &mut Vec::new()).into_iter().filter(|of| *of != FieldType::Any).collect();
        let roots = root_types(&known, &self.catalogue.vocabulary);
        let root = match roots.as_slice() {
            [] => None,
            [root] => Some(root),
            _ => return Some("Collector input collection items must be of a single type"),
        };
        self.collector_outputs(id, root)
    }

    fn collector_outputs(&self, id: &'a str, root: Option<&FieldType>) -> Option<&'static str> {
        let outputs: Vec<&Edge> = self.outputs(id, "collection").collect();
        let types: Vec<FieldType> = outputs.iter().map(|edge| self.destination_type(edge)).collect();
        if !types.iter().all(|of| has_list(of) || is_any(of)) {
            return Some("Collector output must connect to a collection input");
        }
        let takes = |of: &FieldType| {
            if is_any(of) {
                return true;
            }
            match (parts(of).into_iter().next(), root) {
                (Some(Part::Type(first)), Some(root)) => {
                    is_union_subtype(root, &first) || is_subclass(root, &first, &self.catalogue.vocabulary)
                }
                _ => false,
            }
        };
        if !types.iter().all(takes) {
            return Some(MATCHING_COLLECTION);
        }
        for output in outputs {
            let next = &output.destination;
            if !self.is_collector(&next.node_id) || next.field != "collection" {
                continue;
            }
            let fits = match (root, self.root_of_collector(&next.node_id)) {
                (_, None) => true,
                (None, Some(next)) => next == FieldType::Any,
                (Some(root), Some(next)) => self.fits(root, &next),
            };
            if !fits {
                return Some(MATCHING_COLLECTION);
            }
        }
        None
    }

    /// The types of what a collector gathers, through chained collectors.
    fn item_types_of(&self, id: &str, visited: &mut Vec<String>) -> Vec<FieldType> {
        if visited.iter().any(|known| known == id) {
            return Vec::new();
        }
        visited.push(id.to_owned());
        let mut found: Vec<FieldType> = Vec::new();
        let mut add = |types: Vec<FieldType>| {
            for of in types {
                if !found.contains(&of) {
                    found.push(of);
                }
            }
        };
        for edge in self.graph.inputs_of(id) {
            let source = &edge.source;
            match edge.destination.field.as_str() {
                "item" => add(item_types(&self.source_type(edge))),
                "collection" if self.is_collector(&source.node_id) && source.field == "collection" => {
                    add(self.item_types_of(&source.node_id, visited));
                }
                "collection" => add(collection_item_types(&self.source_type(edge))),
                _ => {}
            }
        }
        found
    }

    /// The one type of what a collector gathers: anything when there is none or more than one, nothing without inputs.
    fn root_of_collector(&self, id: &str) -> Option<FieldType> {
        let found = self.item_types_of(id, &mut Vec::new());
        let known: Vec<FieldType> = found.iter().filter(|of| **of != FieldType::Any).cloned().collect();
        if known.is_empty() {
            return found.contains(&FieldType::Any).then_some(FieldType::Any);
        }
        match root_types(&known, &self.catalogue.vocabulary).as_slice() {
            [root] => Some(root.clone()),
            _ => Some(FieldType::Any),
        }
    }
}
