//! Expands source nodes into prepared ones. A node outside all loops becomes one prepared node, a node inside loops one for
//! each pass, an iterator one for each item, and a collector one for each pass of the loops around the loop it ends.
//! A pass is told by its path: the index in each loop, outermost first.

use super::Walk;
use super::source::Role;
use crate::{Bounds, Edge, GraphError, Port};
use invoke_domain::new_uuid;
use std::collections::{BTreeSet, HashMap, HashSet};

type Path = Vec<usize>;

/// Which prepared node stands for each parent.
type Mapping = Vec<(usize, String)>;

fn starts_with(path: &[usize], prefix: &[usize]) -> bool {
    path.len() >= prefix.len() && path[..prefix.len()] == *prefix
}

/// The paths that no other path goes on from.
fn innermost(paths: &BTreeSet<Path>) -> Vec<Path> {
    let goes_on = |path: &Path| paths.iter().any(|other| other != path && starts_with(other, path));
    paths.iter().filter(|path| !goes_on(path)).cloned().collect()
}

impl Walk<'_> {
    /// The pass a prepared node belongs to.
    pub(super) fn path_of(&self, id: &str) -> Path {
        match self.session.prepared_iteration_paths.get(id) {
            Some(path) => path.clone(),
            None => self.path_by_edges(id),
        }
    }

    /// The pass of a prepared node, found by following the execution graph back to the iterators.
    fn path_by_edges(&self, id: &str) -> Path {
        let Some(source) = self.source_of(id) else { return Path::new() };
        let index_of = |prepared: &str| {
            let node = self.session.execution_graph.nodes.get(prepared)?;
            Some(node.0.get("index")?.as_u64()? as usize)
        };
        let upstream = self.upstream_of(id);
        let mut path = Path::new();
        for node in &self.source.nodes[source].loops {
            let prepared = self.prepared_of(*node).find(|prepared| upstream.contains(prepared.as_str()));
            path.extend(prepared.and_then(|prepared| index_of(prepared)));
        }
        if self.source.nodes[source].role == Role::Iterate {
            path.extend(index_of(id));
        }
        path
    }

    /// All prepared nodes that lead to `id`, and itself.
    fn upstream_of<'s>(&'s self, id: &'s str) -> HashSet<&'s str> {
        let mut found = HashSet::from([id]);
        let mut open = vec![id];
        while let Some(node) = open.pop() {
            for edge in self.inputs.get(node).into_iter().flatten() {
                if found.insert(&edge.source.node_id) {
                    open.push(&edge.source.node_id);
                }
            }
        }
        found
    }

    fn prepared_of(&self, node: usize) -> impl Iterator<Item = &String> {
        self.session.source_prepared_mapping.get(&self.source.nodes[node].id).into_iter().flatten()
    }

    /// Prepared nodes of a source node that were not skipped, in order of their passes.
    fn live_prepared_of(&self, node: usize) -> Vec<(Path, String)> {
        let mut prepared: Vec<(Path, String)> = self
            .prepared_of(node)
            .filter(|id| !self.skipped.contains(*id))
            .map(|id| (self.path_of(id), id.clone()))
            .collect();
        prepared.sort();
        prepared
    }

    fn is_expanded(&self, node: usize) -> bool {
        self.session.source_prepared_mapping.contains_key(&self.source.nodes[node].id)
    }

    fn is_executed(&self, node: usize) -> bool {
        self.session.executed.contains(&self.source.nodes[node].id)
    }

    /// The next source node that can be expanded: iterators wait for their list, everything else for the iterators above.
    fn next_to_expand(&self) -> Option<usize> {
        let open_iterators: Vec<usize> = (0..self.source.nodes.len())
            .filter(|node| self.source.nodes[*node].role == Role::Iterate && !self.is_executed(*node))
            .collect();
        self.source.order.iter().copied().find(|&node| {
            let facts = &self.source.nodes[node];
            !self.is_expanded(node)
                && (facts.role != Role::Iterate || facts.parents.iter().all(|parent| self.is_executed(*parent)))
                && !open_iterators.iter().any(|iterator| facts.ancestors.contains(*iterator))
        })
    }

    /// Expands one source node; `false` when there is none to expand now.
    pub(super) fn expand_one(&mut self) -> Result<bool, GraphError> {
        let Some(node) = self.next_to_expand() else { return Ok(false) };
        let mut made = 0;
        if self.source.nodes[node].role == Role::Collect {
            for (path, mapping) in self.collector_groups(node) {
                made += self.create(node, &mapping, &path)?;
            }
        } else if self.source.nodes[node].loops.is_empty() {
            for mapping in self.mappings_outside_loops(node) {
                let longest = |path: &Path| (path.len(), path.clone());
                let path = mapping.iter().map(|(_, id)| self.path_of(id)).max_by_key(longest).unwrap_or_default();
                made += self.create(node, &mapping, &path)?;
            }
        } else {
            for (mapping, passes) in self.mappings_inside_loops(node)? {
                let path = self.path_of_parents(&mapping).unwrap_or(passes);
                made += self.create(node, &mapping, &path)?;
            }
        }
        if made == 0 {
            // A loop over nothing: what is inside it is done without having run.
            let id = self.source.nodes[node].id.clone();
            self.session.source_prepared_mapping.insert(id.clone(), indexmap::IndexSet::new());
            self.session.executed.insert(id.clone());
            self.session.executed_history.push(id);
        }
        Ok(true)
    }

    /// Prepares a node for one pass; an iterator once per item, each a pass within that pass.
    fn create(&mut self, node: usize, mapping: &Mapping, path: &Path) -> Result<usize, GraphError> {
        let iterator = self.source.nodes[node].role == Role::Iterate;
        let passes = if iterator { self.item_count(node, mapping)? } else { 1 };
        let limit = Bounds::STANDARD.prepared;
        if self.session.execution_graph.nodes.len() + passes > limit {
            return Err(GraphError::TooLarge(limit));
        }
        for pass in 0..passes {
            let id = new_uuid(self.random);
            let edges = self.execution_edges(node, mapping, &id);
            let source_id = self.source.nodes[node].id.clone();
            let Some(mut copy) = self.session.graph.nodes.get(&source_id).cloned() else {
                return Err(GraphError::Damaged(format!("node `{source_id}` is missing")));
            };
            copy.0.insert("id".to_owned(), id.clone().into());
            if iterator {
                copy.0.insert("index".to_owned(), pass.into());
            }
            if iterator || self.source.nodes[node].role == Role::Collect {
                // Cheaper to run than to remember.
                copy.0.insert("use_cache".to_owned(), false.into());
            }
            self.session.add_execution_node(&id, &source_id, copy, &edges);
            self.open[node] += 1;
            for edge in &edges {
                self.index(edge);
            }
            let mut own_path = path.clone();
            own_path.extend(iterator.then_some(pass));
            self.session.prepared_iteration_paths.insert(id.clone(), own_path);
            let unmet = edges.iter().filter(|edge| !self.session.executed.contains(&edge.source.node_id)).count();
            self.session.indegree.insert(id.clone(), unmet);
            self.try_resolve_if(&id)?;
            self.enqueue_if_ready(&id)?;
        }
        Ok(passes)
    }

    fn execution_edges(&self, node: usize, mapping: &Mapping, id: &str) -> Vec<Edge> {
        let mut edges = Vec::new();
        for edge in &self.source.nodes[node].inputs {
            let Some(parent) = self.source.find(&edge.source.node_id) else { continue };
            for (_, prepared) in mapping.iter().filter(|(source, _)| *source == parent) {
                edges.push(Edge {
                    source: Port { node_id: prepared.clone(), field: edge.source.field.clone() },
                    destination: Port { node_id: id.to_owned(), field: edge.destination.field.clone() },
                });
            }
        }
        edges
    }

    fn item_count(&self, node: usize, mapping: &Mapping) -> Result<usize, GraphError> {
        let facts = &self.source.nodes[node];
        let items = facts.inputs.iter().find(|edge| edge.destination.field == "collection").and_then(|edge| {
            let parent = self.source.find(&edge.source.node_id)?;
            let (_, prepared) = mapping.iter().find(|(source, _)| *source == parent)?;
            self.session.results.get(prepared)?.get(&edge.source.field)?.as_array()
        });
        items.map(Vec::len).ok_or_else(|| GraphError::Damaged(format!("iterator `{}` has no list", facts.id)))
    }

    /// The pass that all parents in loops are of, where they agree on one.
    fn path_of_parents(&self, mapping: &Mapping) -> Option<Path> {
        let mut paths: HashSet<&Path> = HashSet::new();
        let mut axes: HashSet<Vec<usize>> = HashSet::new();
        for (source, prepared) in mapping {
            let path = self.session.prepared_iteration_paths.get(prepared)?;
            if !path.is_empty() {
                paths.insert(path);
                axes.insert(self.source.axes(*source));
            }
        }
        if paths.len() > 1 || axes.len() > 1 {
            return None;
        }
        Some(paths.into_iter().next().cloned().unwrap_or_default())
    }

    /// For a node outside all loops: one mapping for each innermost pass of its parents (collectors inside outer loops have
    /// passes of their own).
    fn mappings_outside_loops(&self, node: usize) -> Vec<Mapping> {
        let parents = &self.source.nodes[node].parents;
        let prepared: Vec<Vec<(Path, String)>> = parents.iter().map(|parent| self.live_prepared_of(*parent)).collect();
        let passes: BTreeSet<Path> =
            prepared.iter().flatten().map(|(path, _)| path.clone()).filter(|path| !path.is_empty()).collect();
        let mut passes = innermost(&passes);
        if passes.is_empty() {
            passes.push(Path::new());
        }
        let of_pass = |pass: &Path| {
            parents
                .iter()
                .zip(&prepared)
                .map(|(parent, prepared)| {
                    let matching = prepared.iter().filter(|(path, _)| starts_with(pass, path));
                    let (_, id) = matching.min_by_key(|(path, id)| (std::cmp::Reverse(path.len()), id.clone()))?;
                    Some((*parent, id.clone()))
                })
                .collect::<Option<Mapping>>()
        };
        passes.iter().filter_map(of_pass).collect()
    }

    /// For a node inside loops: one mapping for each combination of their passes that exists, with the index in each loop.
    fn mappings_inside_loops(&self, node: usize) -> Result<Vec<(Mapping, Path)>, GraphError> {
        let facts = &self.source.nodes[node];
        let mut iterators: Vec<Vec<(Path, String)>> = Vec::with_capacity(facts.loops.len());
        for iterator in &facts.loops {
            let mut prepared: Vec<(Path, String)> =
                self.prepared_of(*iterator).map(|id| (self.path_of(id), id.clone())).collect();
            prepared.sort_by(|a, b| a.0.cmp(&b.0));
            iterators.push(prepared);
        }
        let parents: Vec<(usize, Candidates)> =
            facts.parents.iter().map(|parent| (*parent, Candidates::new(self.live_prepared_of(*parent)))).collect();
        let mapping_of = |combination: &[&(Path, String)]| {
            let for_parent = |(parent, candidates): &(usize, Candidates)| {
                let above: Vec<&(Path, String)> = facts
                    .loops
                    .iter()
                    .zip(combination)
                    .filter(|(iterator, _)| self.source.reaches(**iterator, *parent))
                    .map(|(_, prepared)| *prepared)
                    .collect();
                let found = candidates.of_pass(&above).or_else(|| self.connected(candidates, &above, combination))?;
                Some((*parent, found))
            };
            parents.iter().map(for_parent).collect::<Option<Mapping>>()
        };
        let combinations = self.combinations(&facts.loops, &iterators)?;
        let with_indices = |combination: &Vec<&(Path, String)>| {
            let indices = combination.iter().filter_map(|(path, _)| path.last().copied()).collect();
            Some((mapping_of(combination)?, indices))
        };
        Ok(combinations.iter().filter_map(with_indices).collect())
    }

    /// Every way to take one pass of each loop, the innermost fastest, leaving out passes of an inner loop that belong to
    /// another pass of an outer one.
    fn combinations<'i>(
        &self,
        loops: &[usize],
        iterators: &'i [Vec<(Path, String)>],
    ) -> Result<Vec<Vec<&'i (Path, String)>>, GraphError> {
        let limit = Bounds::STANDARD.prepared;
        let mut combinations: Vec<Vec<&(Path, String)>> = vec![Vec::new()];
        for (level, prepared) in iterators.iter().enumerate() {
            let axes = self.source.axes(loops[level]);
            // Where each outer loop's index stands in this one's path.
            let outer: Vec<(usize, usize)> = (0..level)
                .filter_map(|outer| Some((outer, axes.iter().position(|axis| *axis == loops[outer])?)))
                .collect();
            let mut longer = Vec::new();
            for combination in &combinations {
                for pass in prepared {
                    let (path, _) = pass;
                    let fits = path.len() != axes.len()
                        || outer.iter().all(|(outer, place)| combination[*outer].0.last() == Some(&path[*place]));
                    if fits {
                        longer.push([combination.as_slice(), &[pass]].concat());
                    }
                }
                if longer.len() > limit {
                    return Err(GraphError::TooLarge(limit));
                }
            }
            combinations = longer;
        }
        Ok(combinations)
    }

    /// The prepared node that all the iterators above lead to, found by the edges.
    fn connected(
        &self,
        candidates: &Candidates,
        above: &[&(Path, String)],
        combination: &[&(Path, String)],
    ) -> Option<String> {
        let leads = |id: &String| {
            let upstream = self.upstream_of(id);
            above.iter().all(|(_, iterator)| upstream.contains(iterator.as_str()))
        };
        let iterator = combination.iter().map(|(_, id)| id).find(|id| candidates.ids.contains(*id));
        match iterator {
            Some(iterator) if candidates.ids.len() > 1 && leads(iterator) => Some(iterator.clone()),
            _ => candidates.ids.iter().find(|id| leads(id)).cloned(),
        }
    }

    /// For a collector: for each pass of the loops around, what it gathers.
    fn collector_groups(&self, node: usize) -> Vec<(Path, Mapping)> {
        struct Input {
            single: bool,
            source: usize,
            path: Path,
            id: String,
        }
        let mut inputs: Vec<Input> = Vec::new();
        let mut groups: BTreeSet<Path> = BTreeSet::new();
        for edge in &self.source.nodes[node].inputs {
            let Some(source) = self.source.find(&edge.source.node_id) else { continue };
            let single = edge.destination.field == "item";
            groups.extend(self.possible_groups(source, single));
            let prepared = self.live_prepared_of(source);
            let depth = prepared.iter().map(|(path, _)| path.len()).max().unwrap_or(0);
            for (path, id) in prepared {
                // Single items are gathered over the innermost loop, lists are taken whole.
                let kept = if single { depth.saturating_sub(1).min(path.len()) } else { path.len() };
                groups.insert(path[..kept].to_vec());
                inputs.push(Input { single, source, path, id });
            }
        }
        if groups.is_empty() {
            groups.insert(Path::new());
        }
        innermost(&groups)
            .into_iter()
            .map(|group| {
                let belongs = |input: &&Input| {
                    starts_with(&group, &input.path) || (input.single && starts_with(&input.path, &group))
                };
                let mapping = inputs.iter().filter(belongs).map(|input| (input.source, input.id.clone())).collect();
                (group, mapping)
            })
            .collect()
    }

    /// The passes a collector's input could come in, also those in which a loop over nothing gave no item.
    fn possible_groups(&self, source: usize, single: bool) -> BTreeSet<Path> {
        let iterators = self.source.axes(source);
        let depth = if single { iterators.len().saturating_sub(1) } else { iterators.len() };
        let mut groups = BTreeSet::new();
        for iterator in iterators {
            if depth > 0 {
                let paths = self.live_prepared_of(iterator).into_iter().map(|(path, _)| path);
                groups.extend(paths.filter(|path| path.len() >= depth).map(|path| path[..depth].to_vec()));
            }
            for edge in self.source.nodes[iterator].inputs.iter().filter(|edge| edge.destination.field == "collection")
            {
                if let Some(list) = self.source.find(&edge.source.node_id) {
                    groups.extend(self.live_prepared_of(list).into_iter().map(|(path, _)| path));
                }
            }
        }
        if groups.is_empty() && depth == 0 {
            groups.insert(Path::new());
        }
        groups
    }
}

/// The prepared nodes of one parent, by pass.
struct Candidates {
    ids: Vec<String>,
    by_path: HashMap<Path, Vec<String>>,
}

impl Candidates {
    fn new(prepared: Vec<(Path, String)>) -> Self {
        let mut by_path: HashMap<Path, Vec<String>> = HashMap::new();
        let mut ids = Vec::with_capacity(prepared.len());
        for (path, id) in prepared {
            ids.push(id.clone());
            by_path.entry(path).or_default().push(id);
        }
        Self { ids, by_path }
    }

    /// The one of the pass that the iterators above tell, or of a pass around it.
    fn of_pass(&self, above: &[&(Path, String)]) -> Option<String> {
        let pass = above.iter().map(|(path, _)| path).max_by_key(|path| path.len()).cloned().unwrap_or_default();
        if !above.iter().all(|(path, _)| starts_with(&pass, path)) {
            return None;
        }
        let nearest = (0..=pass.len()).rev().find_map(|length| self.by_path.get(&pass[..length]))?;
        match nearest.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        }
    }
}
