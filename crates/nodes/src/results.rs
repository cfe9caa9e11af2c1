//! Results of nodes, kept for equal nodes of the same owner. What they name of this worker's memory, tensors and
//! conditionings, is kept with them and dies with them.

use std::collections::HashMap;

use invoke_engine::Tensor;
use serde_json::Value;

use crate::tensors::{AddedText, Conditioning, TensorStore};

/// Memory for the tensors of all results together. Beyond it the results not used for longest are forgotten.
const TENSOR_BYTES: usize = 256 << 20;

/// A node larger than this is not remembered: comparing it would cost more than running most nodes.
const KEY_BYTES: usize = 1 << 20;

/// How a cache stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ResultStatus {
    /// Results that are kept.
    pub size: usize,
    /// Results used again since the last clearing.
    pub hits: u64,
    /// Nodes that had to run since the last clearing.
    pub misses: u64,
    /// The number of the last clearing.
    pub clears: u64,
}

/// The results one worker keeps.
#[derive(Debug)]
pub struct ResultCache {
    limit: usize,
    enabled: bool,
    status: ResultStatus,
    results: HashMap<String, Kept>,
    bytes: usize,
    /// Counts uses, to know which is the oldest.
    now: u64,
}

#[derive(Debug)]
struct Kept {
    output: Value,
    tensors: TensorStore,
    bytes: usize,
    used: u64,
}

/// A result, and what to do before it is used.
#[derive(Debug)]
pub(crate) struct Recalled {
    pub(crate) output: Value,
    pub(crate) tensors: TensorStore,
}

impl ResultCache {
    /// A cache of so many results; none when it is 0.
    pub fn new(limit: usize) -> Self {
        let status = ResultStatus::default();
        Self { limit, enabled: true, status, results: HashMap::new(), bytes: 0, now: 0 }
    }

    /// How it stands.
    pub fn status(&self) -> ResultStatus {
        ResultStatus { size: self.results.len(), ..self.status }
    }

    /// Keeps results or not from now on; a clearing of a higher number forgets all of them.
    pub fn command(&mut self, enabled: bool, clears: u64) {
        self.enabled = enabled;
        if clears > self.status.clears {
            self.results.clear();
            self.bytes = 0;
            self.status = ResultStatus { clears, ..ResultStatus::default() };
        }
    }

    fn is_on(&self) -> bool {
        self.limit > 0 && self.enabled
    }

    /// The result of an equal node of this owner, with new handles on its tensors.
    pub(crate) fn get(&mut self, owner: &str, node: &Value) -> Option<Recalled> {
        if !self.is_on() {
            return None;
        }
        self.now += 1;
        let now = self.now;
        let found = key(owner, node).and_then(|key| self.results.get_mut(&key));
        let Some(kept) = found else {
            self.status.misses += 1;
            return None;
        };
        kept.used = now;
        self.status.hits += 1;
        Some(Recalled { output: kept.output.clone(), tensors: kept.tensors.share() })
    }

    /// A result that can no longer be used: it was found, and does not count as such.
    pub(crate) fn forget(&mut self, owner: &str, node: &Value) {
        if let Some(kept) = key(owner, node).and_then(|key| self.results.remove(&key)) {
            self.bytes -= kept.bytes;
            self.status.hits -= 1;
            self.status.misses += 1;
        }
    }

    /// Keeps a result with those of the run's tensors that it names; one that names others is not kept.
    pub(crate) fn insert(&mut self, owner: &str, node: &Value, output: &Value, of_run: &TensorStore) {
        let Some(key) = key(owner, node).filter(|key| self.is_on() && !self.results.contains_key(key)) else { return };
        let mut names = Vec::new();
        texts(output, &mut names);
        names.retain(|name| TensorStore::is_name(name));
        let Some(tensors) = of_run.share_named(&names) else { return };
        let bytes = tensors.bytes();
        if bytes > TENSOR_BYTES {
            return;
        }
        while self.results.len() >= self.limit || self.bytes + bytes > TENSOR_BYTES {
            let oldest = self.results.iter().min_by_key(|(_, kept)| kept.used).map(|(key, _)| key.clone());
            let Some(removed) = oldest.and_then(|key| self.results.remove(&key)) else { break };
            self.bytes -= removed.bytes;
        }
        self.now += 1;
        self.bytes += bytes;
        self.results.insert(key, Kept { output: output.clone(), tensors, bytes, used: self.now });
    }
}

/// Owner and node as one text. Models are named in nodes by key and hash, so that another model under the same name makes
/// another text.
fn key(owner: &str, node: &Value) -> Option<String> {
    let key = format!("{owner}\n{node}");
    (key.len() <= KEY_BYTES).then_some(key)
}

/// All texts in a value.
fn texts<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The names of the pictures in an output.
pub(crate) fn image_names(value: &Value) -> Vec<String> {
    fn collect(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
            Value::Object(fields) => {
                found.extend(fields.get("image_name").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| collect(value, found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

impl Conditioning {
    /// Another handle on the same numbers.
    pub(crate) fn share(&self) -> Self {
        let added = self.added.as_ref().map(|AddedText { pooled, time_ids }| AddedText {
            pooled: pooled.shallow_clone(),
            time_ids: time_ids.shallow_clone(),
        });
        Self { embeds: self.embeds.shallow_clone(), added }
    }

    /// Bytes it fills.
    pub(crate) fn bytes(&self) -> usize {
        let added = self.added.iter().flat_map(|added| [&added.pooled, &added.time_ids]);
        added.chain([&self.embeds]).map(bytes_of).sum()
    }
}

pub(crate) fn bytes_of(tensor: &Tensor) -> usize {
    tensor.numel() * tensor.kind().elt_size_in_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_engine::Kind;
    use serde_json::json;

    fn node(number: i64) -> Value {
        json!({ "type": "noise", "seed": number })
    }

    fn run(cache: &mut ResultCache, owner: &str, number: i64) -> bool {
        if cache.get(owner, &node(number)).is_some() {
            return true;
        }
        cache.insert(owner, &node(number), &json!({ "value": number }), &TensorStore::default());
        false
    }

    #[test]
    fn equal_nodes_of_one_owner_share_a_result_and_nobody_gets_anothers() {
        let mut cache = ResultCache::new(8);
        assert!(!run(&mut cache, "alice", 1));
        assert!(run(&mut cache, "alice", 1));
        assert!(!run(&mut cache, "bob", 1));
        assert!(!run(&mut cache, "alice", 2));
        assert_eq!(cache.status(), ResultStatus { size: 3, hits: 1, misses: 3, clears: 0 });
    }

    #[test]
    fn a_full_cache_forgets_what_was_not_used_for_longest() {
        let mut cache = ResultCache::new(2);
        for (number, found) in [(1, false), (2, false), (1, true), (3, false), (1, true), (2, false)] {
            assert_eq!(run(&mut cache, "alice", number), found, "node {number}");
        }
    }

    #[test]
    fn tensors_are_kept_with_their_result() {
        let mut of_run = TensorStore::default();
        let name = of_run.add("1", Tensor::ones([2, 3], (Kind::Float, tch_cpu())));
        let output = json!({ "latents": { "latents_name": name } });
        let mut cache = ResultCache::new(8);
        cache.insert("alice", &node(1), &output, &of_run);
        drop(of_run);
        let recalled = cache.get("alice", &node(1)).unwrap();
        assert_eq!(recalled.output, output);
        assert_eq!(recalled.tensors.get(&name).unwrap().size(), [2, 3]);
        assert_eq!(cache.bytes, 24);
        cache.command(true, 1);
        assert_eq!((cache.bytes, cache.status()), (0, ResultStatus { clears: 1, ..ResultStatus::default() }));
    }

    #[test]
    fn a_result_that_names_a_tensor_nobody_has_is_not_kept() {
        let mut cache = ResultCache::new(8);
        let output = json!({ "latents": { "latents_name": "Tensor_gone" } });
        cache.insert("alice", &node(1), &output, &TensorStore::default());
        assert_eq!(cache.status().size, 0);
    }

    #[test]
    fn a_cache_that_is_off_neither_keeps_nor_counts() {
        for mut cache in [ResultCache::new(0), ResultCache::new(8)] {
            cache.command(false, 0);
            assert!(!run(&mut cache, "alice", 1) && !run(&mut cache, "alice", 1));
            assert_eq!(cache.status(), ResultStatus::default());
        }
    }

    #[test]
    fn pictures_are_found_wherever_they_are_named() {
        let output = json!({ "image": { "image_name": "a" }, "collection": [{ "image_name": "b" }], "value": "c" });
        assert_eq!(image_names(&output), ["a", "b"]);
    }

    fn tch_cpu() -> tch::Device {
        tch::Device::Cpu
    }
}
