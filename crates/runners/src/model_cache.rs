//! The models in the memory of workers: what each told last, as one.

use invoke_domain::ModelKey;
use invoke_queue::{LoadedModel, ModelCacheStatus};
use invoke_worker_protocol::wire::ModelCacheStats;
use parking_lot::Mutex;
use std::sync::Arc;

/// Shared by all lanes. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct ModelCaches(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    /// What each lane's worker told last; nothing where none has run.
    told: Vec<Option<ModelCacheStats>>,
    /// What workers told that are gone, summed up.
    before: Option<ModelCacheStats>,
    /// How often models were to be let go.
    empty_models: u64,
}

impl ModelCaches {
    pub(crate) fn new(lanes: usize) -> Self {
        Self(Arc::new(Mutex::new(Inner { told: vec![None; lanes], before: None, empty_models: 0 })))
    }

    /// What a lane's worker has told. What it held before it heard the last command to let go is not there any more.
    pub(crate) fn told(&self, lane: usize, mut stats: ModelCacheStats) {
        let mut inner = self.0.lock();
        if stats.empty_models < inner.empty_models {
            stats.let_go();
        }
        if let Some(told) = inner.told.get_mut(lane) {
            *told = Some(stats);
        }
    }

    /// A lane's worker is gone, and its models with it.
    pub(crate) fn gone(&self, lane: usize) {
        let mut inner = self.0.lock();
        let Some(gone) = inner.told.get_mut(lane).and_then(Option::take) else { return };
        let before = inner.before.get_or_insert_default();
        before.hits += gone.hits;
        before.misses += gone.misses;
        before.cleared += gone.cleared + gone.loaded.len() as u64;
        before.high_watermark = before.high_watermark.max(gone.high_watermark);
        before.budget = gone.budget;
    }

    /// Models were to be let go this often.
    pub(crate) fn emptied(&self, times: u64) {
        let mut inner = self.0.lock();
        inner.empty_models = times;
        inner.told.iter_mut().flatten().for_each(ModelCacheStats::let_go);
    }

    pub(crate) fn status(&self) -> Option<ModelCacheStatus> {
        let inner = self.0.lock();
        let all: Vec<&ModelCacheStats> = inner.told.iter().chain([&inner.before]).flatten().collect();
        if all.iter().all(|stats| stats.misses == 0) {
            return None;
        }
        let sum = |part: fn(&ModelCacheStats) -> u64| all.iter().copied().map(part).sum();
        let most = |part: fn(&ModelCacheStats) -> u64| all.iter().copied().map(part).max().unwrap_or_default();
        let loaded = all.iter().flat_map(|stats| &stats.loaded).map(|model| LoadedModel {
            key: ModelKey::from(model.key.as_str()),
            part: model.submodel.clone(),
            bytes: model.bytes,
        });
        Some(ModelCacheStatus {
            hits: sum(|stats| stats.hits),
            misses: sum(|stats| stats.misses),
            high_watermark: most(|stats| stats.high_watermark),
            in_cache: sum(|stats| stats.loaded.len() as u64),
            cleared: sum(|stats| stats.cleared),
            cache_size: most(|stats| stats.budget),
            loaded: loaded.collect(),
        })
    }
}

/// Counting of models that are no longer in memory.
trait LetGo {
    fn let_go(&mut self);
}

impl LetGo for ModelCacheStats {
    fn let_go(&mut self) {
        self.cleared += self.loaded.len() as u64;
        self.loaded.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_worker_protocol::wire;

    fn stats(models: &[(&str, u64)], misses: u64, empty_models: u64) -> ModelCacheStats {
        let loaded = models.iter().map(|(key, bytes)| wire::LoadedModel {
            key: (*key).to_owned(),
            submodel: Some("unet".to_owned()),
            bytes: *bytes,
        });
        let loaded: Vec<_> = loaded.collect();
        let high_watermark = loaded.iter().map(|model| model.bytes).sum();
        ModelCacheStats { hits: 1, misses, high_watermark, cleared: 0, budget: 1000, loaded, empty_models }
    }

    #[test]
    fn until_a_model_was_loaded_there_is_nothing_to_tell() {
        let caches = ModelCaches::new(1);
        assert_eq!(caches.status(), None);
        caches.told(0, stats(&[], 0, 0));
        assert_eq!(caches.status(), None);
    }

    #[test]
    fn all_workers_count_together_also_those_that_are_gone() {
        let caches = ModelCaches::new(2);
        caches.told(0, stats(&[("a", 10), ("b", 20)], 2, 0));
        caches.told(1, stats(&[("a", 10)], 1, 0));
        let status = caches.status().unwrap();
        assert_eq!((status.hits, status.misses, status.in_cache, status.high_watermark), (2, 3, 3, 30));
        assert_eq!((status.cleared, status.cache_size, status.loaded.len()), (0, 1000, 3));
        caches.gone(0);
        caches.gone(0);
        let status = caches.status().unwrap();
        assert_eq!((status.hits, status.misses, status.in_cache, status.high_watermark), (2, 3, 1, 30));
        assert_eq!((status.cleared, status.loaded.len()), (2, 1));
    }

    #[test]
    fn what_was_to_be_let_go_is_not_told_of_any_more() {
        let caches = ModelCaches::new(1);
        caches.told(0, stats(&[("a", 10)], 1, 0));
        caches.emptied(1);
        let status = caches.status().unwrap();
        assert_eq!((status.in_cache, status.cleared, status.loaded), (0, 1, Vec::new()));
        // Told by a worker that had not heard of it, then by one that had.
        caches.told(0, stats(&[("a", 10)], 1, 0));
        assert_eq!(caches.status().unwrap().in_cache, 0);
        caches.told(0, stats(&[("b", 10)], 2, 1));
        assert_eq!(caches.status().unwrap().in_cache, 1);
    }
}
