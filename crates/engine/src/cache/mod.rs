//! Models kept in memory: the least recently used goes when there is no room, unless it is in use.
//!
//! [`CachedModel`] is what can be kept, [`CacheKey`] what tells two apart, [`Limits`] how much may be held. Where a model lies
//! is part of it: its large tensors are maps of its files, and are put where the model computes as far as there is room
//! ([`Weights::settle`]). So the copy in main memory of a model on a device is the map of its file, which costs no memory
//! that the system could not take back, and a model larger than the device's memory runs all the same, slower.
//!
//! [`Weights::settle`]: crate::weights::Weights::settle

mod cached;
mod key;
mod limits;

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use crate::Result;
use crate::device::Device;

pub use cached::{CachedModel, PatchedModel};
pub use key::CacheKey;
pub use limits::{CacheStats, Limits, Memory};

struct Entry {
    model: Arc<dyn Any + Send + Sync>,
    bytes: u64,
    memory: Memory,
    last_used: u64,
}

impl Entry {
    /// Whether somebody computes with it now.
    fn in_use(&self) -> bool {
        Arc::strong_count(&self.model) > 1
    }
}

/// Loaded models by key.
pub struct ModelCache {
    entries: HashMap<CacheKey, Entry>,
    limits: Limits,
    stats: CacheStats,
    clock: u64,
}

impl ModelCache {
    /// An empty cache that holds about `budget` bytes of either memory; of a single larger model a part.
    pub fn new(budget: u64) -> Self {
        Self::within(Limits { main: budget, device: budget, partial: true })
    }

    /// An empty cache with these limits.
    pub fn within(limits: Limits) -> Self {
        Self { entries: HashMap::new(), limits, stats: CacheStats::default(), clock: 0 }
    }

    /// The model of this key, from memory or by loading it now.
    ///
    /// # Errors
    /// Those of `load`, and when there is not even memory for what there is room for.
    pub fn get_or_load<T: CachedModel>(&mut self, key: &CacheKey, load: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
        if let Some(model) = self.get(key) {
            self.stats.hits += 1;
            return Ok(model);
        }
        let model = Arc::new(load()?);
        self.stats.misses += 1;
        self.remove_entry(key);
        let memory = match model.weights().map(|weights| weights.device()) {
            Some(Device::Cuda(_)) => Memory::Device,
            Some(Device::Cpu) | None => Memory::Main,
        };
        self.make_room(key, memory, model.bytes());
        let bytes = match model.weights() {
            // A patched model shares the tensors that could be moved with the one that is not, and owns the others.
            Some(weights) if key.patches.is_empty() => weights.settle(self.room(memory))?,
            _ => model.bytes(),
        };
        let entry = Entry { model: model.clone(), bytes, memory, last_used: self.clock };
        self.stats.bytes += entry.bytes;
        self.entries.insert(key.clone(), entry);
        self.stats.high_watermark = self.stats.high_watermark.max(self.stats.bytes);
        Ok(model)
    }

    /// Whether a model is in memory.
    pub fn contains(&self, key: &CacheKey) -> bool {
        self.entries.contains_key(key)
    }

    /// Every model in memory with the bytes it fills, in no order.
    pub fn sizes(&self) -> impl Iterator<Item = (&CacheKey, u64)> {
        self.entries.iter().map(|(key, entry)| (key, entry.bytes))
    }

    /// Forgets everything that is not in use; says how many models that were.
    pub fn clear(&mut self) -> usize {
        let before = self.entries.len();
        let keys: Vec<_> = self.entries.keys().filter(|key| self.may_go(key)).cloned().collect();
        for key in &keys {
            self.remove_entry(key);
        }
        let gone = before - self.entries.len();
        self.stats.evicted += gone as u64;
        gone
    }

    /// What it did so far, and holds now.
    pub fn stats(&self) -> CacheStats {
        let budget = self.limits.main.max(self.limits.device);
        CacheStats { models: self.entries.len(), budget, ..self.stats }
    }

    fn get<T: CachedModel>(&mut self, key: &CacheKey) -> Option<Arc<T>> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_used = self.clock;
        entry.model.clone().downcast().ok()
    }

    /// Bytes that can still be held.
    fn room(&self, memory: Memory) -> u64 {
        if self.limits.partial { self.limits.of(memory).saturating_sub(self.held(memory)) } else { u64::MAX }
    }

    fn held(&self, memory: Memory) -> u64 {
        self.entries.values().filter(|entry| entry.memory == memory).map(|entry| entry.bytes).sum()
    }

    /// What leaves with `key`: a model takes those along that are patched forms of it, for they hold its tensors.
    fn leaves_with(&self, key: &CacheKey) -> impl Iterator<Item = (&CacheKey, &Entry)> {
        self.entries.iter().filter(move |(own, _)| *own == key || (key.patches.is_empty() && own.is_part_of(key)))
    }

    /// Whether nobody uses it, or what leaves with it.
    fn may_go(&self, key: &CacheKey) -> bool {
        !self.leaves_with(key).any(|(_, entry)| entry.in_use())
    }

    /// Puts out what is not in use until `need` bytes more may be held, as far as that is possible.
    fn make_room(&mut self, newest: &CacheKey, memory: Memory, need: u64) {
        while self.held(memory).saturating_add(need) > self.limits.of(memory) {
            // What the newest is a patched form of would stay in memory by it.
            let may_go = |key: &CacheKey| !(key.patches.is_empty() && key.is_part_of(newest)) && self.may_go(key);
            let candidates = self.entries.iter().filter(|(key, entry)| entry.memory == memory && may_go(key));
            let oldest = candidates.min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            let keys: Vec<_> = self.leaves_with(&oldest).map(|(key, _)| key.clone()).collect();
            for key in &keys {
                self.remove_entry(key);
                self.stats.evicted += 1;
            }
        }
    }

    fn remove_entry(&mut self, key: &CacheKey) {
        if let Some(entry) = self.entries.remove(key) {
            self.stats.bytes -= entry.bytes;
        }
    }
}

impl std::fmt::Debug for ModelCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelCache").field("keys", &self.entries.keys()).field("stats", &self.stats()).finish()
    }
}

#[cfg(test)]
mod tests;
