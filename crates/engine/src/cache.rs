//! Models kept in memory: the least recently used goes when the budget is spent.

use std::any::Any;
use std::collections::HashMap;
use std::sync::Arc;

use invoke_prompts::ClipTokenizer;

use crate::models::clip::ClipTextModel;
use crate::models::clip_vision::ClipVisionModel;
use crate::models::controlnet::ControlNet;
use crate::models::ip_adapter::IpAdapter;
use crate::models::t2i_adapter::T2iAdapter;
use crate::models::textual_inversion::TextualInversion;
use crate::models::unet::Unet;
use crate::models::upscaler::Upscaler;
use crate::models::vae::Vae;
use crate::patches::{Lora, Patches};
use crate::schedulers::SchedulerConfig;

/// What the cache may hold: a loaded model that knows its size.
pub trait CachedModel: Send + Sync + 'static {
    /// Bytes of its weights.
    fn bytes(&self) -> u64;
}

/// A model whose weights can be patched.
pub trait PatchedModel: CachedModel + Sized {
    /// The same model with what these patches add; it shares what they leave as it is.
    fn patched(&self, patches: Patches) -> crate::Result<Self>;
}

impl PatchedModel for Unet {
    fn patched(&self, patches: Patches) -> crate::Result<Self> {
        Unet::patched(self, patches)
    }
}

impl PatchedModel for ClipTextModel {
    fn patched(&self, patches: Patches) -> crate::Result<Self> {
        ClipTextModel::patched(self, patches)
    }
}

impl CachedModel for Lora {
    fn bytes(&self) -> u64 {
        Lora::bytes(self)
    }
}

impl CachedModel for TextualInversion {
    fn bytes(&self) -> u64 {
        TextualInversion::bytes(self)
    }
}

impl CachedModel for ClipVisionModel {
    fn bytes(&self) -> u64 {
        ClipVisionModel::bytes(self)
    }
}

impl CachedModel for ControlNet {
    fn bytes(&self) -> u64 {
        ControlNet::bytes(self)
    }
}

impl CachedModel for IpAdapter {
    fn bytes(&self) -> u64 {
        IpAdapter::bytes(self)
    }
}

impl CachedModel for T2iAdapter {
    fn bytes(&self) -> u64 {
        T2iAdapter::bytes(self)
    }
}

impl CachedModel for Upscaler {
    fn bytes(&self) -> u64 {
        Upscaler::bytes(self)
    }
}

impl CachedModel for Unet {
    fn bytes(&self) -> u64 {
        Unet::bytes(self)
    }
}

impl CachedModel for Vae {
    fn bytes(&self) -> u64 {
        Vae::bytes(self)
    }
}

impl CachedModel for ClipTextModel {
    fn bytes(&self) -> u64 {
        ClipTextModel::bytes(self)
    }
}

/// A vocabulary costs little beside weights; what counts is that it is read once.
impl CachedModel for ClipTokenizer {
    fn bytes(&self) -> u64 {
        0
    }
}

impl CachedModel for SchedulerConfig {
    fn bytes(&self) -> u64 {
        0
    }
}

/// Which part of which model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheKey {
    /// Key of the model's record.
    pub model: String,
    /// Part of a model that consists of several, such as `unet`.
    pub submodel: Option<String>,
    /// Keys of the patches it has, with the bits of their strengths. A patched model shares tensors with the one that has
    /// none, and goes with it.
    pub patches: Vec<(String, u64)>,
    /// How it was made, where that may differ: in which precision, with which changes. Empty for the usual way.
    pub form: String,
}

impl CacheKey {
    /// The key of a part of a model.
    pub fn new(model: &str, submodel: Option<&str>) -> Self {
        Self {
            model: model.to_owned(),
            submodel: submodel.map(str::to_owned),
            form: String::new(),
            patches: Vec::new(),
        }
    }

    /// The same part with these patches, by key and strength.
    #[must_use]
    pub fn with_patches<'a>(self, patches: impl IntoIterator<Item = (&'a str, f64)>) -> Self {
        let patches = patches.into_iter().map(|(key, strength)| (key.to_owned(), strength.to_bits())).collect();
        Self { patches, ..self }
    }

    /// Whether `other` is the same part, patched or not.
    fn is_part_of(&self, other: &Self) -> bool {
        (&self.model, &self.submodel, &self.form) == (&other.model, &other.submodel, &other.form)
    }

    fn concerns(&self, model: &str) -> bool {
        self.model == model || self.patches.iter().any(|(patch, _)| patch == model)
    }

    /// The same, made in another way.
    #[must_use]
    pub fn made(self, form: &str) -> Self {
        Self { form: form.to_owned(), ..self }
    }
}

struct Entry {
    model: Arc<dyn Any + Send + Sync>,
    bytes: u64,
    last_used: u64,
}

/// What the cache did so far, and holds now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStats {
    /// Requests answered from memory.
    pub hits: u64,
    /// Requests that loaded a model.
    pub misses: u64,
    /// Models put out to make room.
    pub evicted: u64,
    /// Models held now.
    pub models: usize,
    /// Bytes held now.
    pub bytes: u64,
    /// The most bytes ever held.
    pub high_watermark: u64,
    /// Bytes that may be held.
    pub budget: u64,
}

/// Loaded models by key. A model that is put out while it is used lives until its user lets it go.
pub struct ModelCache {
    entries: HashMap<CacheKey, Entry>,
    stats: CacheStats,
    clock: u64,
}

impl ModelCache {
    /// An empty cache that holds about `budget` bytes; a single larger model is held all the same.
    pub fn new(budget: u64) -> Self {
        let stats = CacheStats { budget, ..CacheStats::default() };
        Self { entries: HashMap::new(), stats, clock: 0 }
    }

    /// The model of this key, from memory or by loading it now.
    pub fn get_or_load<T: CachedModel, E>(
        &mut self,
        key: &CacheKey,
        load: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        if let Some(model) = self.get(key) {
            self.stats.hits += 1;
            return Ok(model);
        }
        let model = Arc::new(load()?);
        self.stats.misses += 1;
        let entry = Entry { model: model.clone(), bytes: model.bytes(), last_used: self.clock };
        self.remove_entry(key);
        self.stats.bytes += entry.bytes;
        self.entries.insert(key.clone(), entry);
        self.make_room(key);
        self.stats.high_watermark = self.stats.high_watermark.max(self.stats.bytes);
        Ok(model)
    }

    /// Whether a model is in memory.
    pub fn contains(&self, key: &CacheKey) -> bool {
        self.entries.contains_key(key)
    }

    /// Forgets every part of a model, for when its files have changed.
    pub fn remove_model(&mut self, model: &str) {
        let keys: Vec<_> = self.entries.keys().filter(|key| key.concerns(model)).cloned().collect();
        for key in &keys {
            self.remove_entry(key);
        }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.stats.bytes = 0;
    }

    /// What it did so far, and holds now.
    pub fn stats(&self) -> CacheStats {
        CacheStats { models: self.entries.len(), ..self.stats }
    }

    fn get<T: CachedModel>(&mut self, key: &CacheKey) -> Option<Arc<T>> {
        self.clock += 1;
        let entry = self.entries.get_mut(key)?;
        entry.last_used = self.clock;
        entry.model.clone().downcast().ok()
    }

    fn make_room(&mut self, newest: &CacheKey) {
        while self.stats.bytes > self.stats.budget {
            // What the newest is a patched form of would stay in memory by it.
            let may_go = |key: &CacheKey| key != newest && !(key.patches.is_empty() && key.is_part_of(newest));
            let oldest = self.entries.iter().filter(|(key, _)| may_go(key)).min_by_key(|(_, entry)| entry.last_used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { return };
            let goes = |key: &CacheKey| *key == oldest || (oldest.patches.is_empty() && key.is_part_of(&oldest));
            let keys: Vec<_> = self.entries.keys().filter(|key| goes(key)).cloned().collect();
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
mod tests {
    use std::convert::Infallible;

    use super::*;

    #[derive(Debug)]
    struct Toy(u64);

    impl CachedModel for Toy {
        fn bytes(&self) -> u64 {
            self.0
        }
    }

    fn load(cache: &mut ModelCache, name: &str, bytes: u64) -> Arc<Toy> {
        cache.get_or_load(&CacheKey::new(name, None), || Ok::<_, Infallible>(Toy(bytes))).unwrap()
    }

    fn held(cache: &ModelCache, names: [&str; 3]) -> [bool; 3] {
        names.map(|name| cache.contains(&CacheKey::new(name, None)))
    }

    #[test]
    fn a_model_is_loaded_once() {
        let mut cache = ModelCache::new(100);
        let first = load(&mut cache, "a", 10);
        assert!(Arc::ptr_eq(&first, &load(&mut cache, "a", 99)));
        let stats = cache.stats();
        assert_eq!((stats.hits, stats.misses, stats.models, stats.bytes), (1, 1, 1, 10));
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = ModelCache::new(100);
        load(&mut cache, "a", 40);
        load(&mut cache, "b", 40);
        load(&mut cache, "a", 40);
        load(&mut cache, "c", 40);
        assert_eq!(held(&cache, ["a", "b", "c"]), [true, false, true]);
        assert_eq!((cache.stats().evicted, cache.stats().bytes, cache.stats().high_watermark), (1, 80, 80));
    }

    #[test]
    fn a_model_larger_than_the_budget_is_held_alone() {
        let mut cache = ModelCache::new(100);
        let used = load(&mut cache, "a", 60);
        load(&mut cache, "b", 500);
        assert_eq!(held(&cache, ["a", "b", "c"]), [false, true, false]);
        assert_eq!(used.0, 60);
    }

    #[test]
    fn parts_of_a_model_are_apart_and_leave_together() {
        let mut cache = ModelCache::new(100);
        for part in ["unet", "vae"] {
            cache.get_or_load(&CacheKey::new("m", Some(part)), || Ok::<_, Infallible>(Toy(5))).unwrap();
        }
        load(&mut cache, "other", 1);
        cache.remove_model("m");
        assert_eq!((cache.stats().models, cache.stats().bytes), (1, 1));
        cache.clear();
        assert_eq!((cache.stats().models, cache.stats().bytes), (0, 0));
    }

    #[test]
    fn a_patched_model_goes_with_what_it_shares_tensors_with() {
        let mut cache = ModelCache::new(100);
        let plain = CacheKey::new("m", Some("unet"));
        let patched = plain.clone().with_patches([("lora", 0.75)]);
        let mut load_as = |key: &CacheKey, bytes| {
            cache.get_or_load(key, || Ok::<_, Infallible>(Toy(bytes))).unwrap();
            (cache.contains(&plain), cache.contains(&patched))
        };
        load_as(&plain, 60);
        assert_eq!(load_as(&patched, 30), (true, true));
        // The plain one is used less recently than the patched one, but what it frees is not enough alone.
        assert_eq!(load_as(&CacheKey::new("other", None), 50), (false, false));
        load_as(&plain, 90);
        assert_eq!(load_as(&patched, 30), (true, true), "over the budget, for the plain one is in use by the patched");
        cache.remove_model("lora");
        assert!(cache.contains(&plain) && !cache.contains(&patched));
    }

    #[test]
    fn the_same_model_made_in_two_ways_is_two_entries() {
        let mut cache = ModelCache::new(100);
        for (form, bytes) in [("", 5), ("float32", 10)] {
            let key = CacheKey::new("m", Some("vae")).made(form);
            cache.get_or_load(&key, || Ok::<_, Infallible>(Toy(bytes))).unwrap();
        }
        assert_eq!((cache.stats().models, cache.stats().bytes), (2, 15));
        cache.remove_model("m");
        assert_eq!(cache.stats().models, 0);
    }

    #[test]
    fn a_load_that_fails_leaves_nothing_behind() {
        let mut cache = ModelCache::new(100);
        let failed = cache.get_or_load::<Toy, _>(&CacheKey::new("a", None), || Err("no file"));
        assert_eq!(failed.unwrap_err(), "no file");
        assert_eq!((cache.stats().models, cache.stats().misses), (0, 0));
    }
}
