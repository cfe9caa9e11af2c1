use super::*;
use crate::EngineError;

#[derive(Debug)]
struct Toy(u64);

impl CachedModel for Toy {
    fn bytes(&self) -> u64 {
        self.0
    }
}

fn load(cache: &mut ModelCache, name: &str, bytes: u64) -> Arc<Toy> {
    cache.get_or_load(&CacheKey::new(name, None), || Ok(Toy(bytes))).unwrap()
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
    load(&mut cache, "a", 60);
    load(&mut cache, "b", 500);
    assert_eq!(held(&cache, ["a", "b", "c"]), [false, true, false]);
}

#[test]
fn what_is_in_use_stays_and_others_go_before_it() {
    let mut cache = ModelCache::new(100);
    let used = load(&mut cache, "a", 60);
    load(&mut cache, "b", 30);
    load(&mut cache, "c", 30);
    assert_eq!(held(&cache, ["a", "b", "c"]), [true, false, true]);
    assert_eq!(cache.clear(), 1);
    assert_eq!(held(&cache, ["a", "b", "c"]), [true, false, false]);
    drop(used);
    load(&mut cache, "b", 60);
    assert_eq!(held(&cache, ["a", "b", "c"]), [false, true, false]);
}

#[test]
fn parts_of_a_model_are_apart() {
    let mut cache = ModelCache::new(100);
    for part in ["unet", "vae"] {
        cache.get_or_load(&CacheKey::new("m", Some(part)), || Ok(Toy(5))).unwrap();
    }
    load(&mut cache, "other", 1);
    assert_eq!((cache.stats().models, cache.stats().bytes), (3, 11));
    cache.clear();
    assert_eq!((cache.stats().models, cache.stats().bytes), (0, 0));
}

#[test]
fn a_patched_model_goes_with_what_it_shares_tensors_with() {
    let mut cache = ModelCache::new(100);
    let plain = CacheKey::new("m", Some("unet"));
    let patched = plain.clone().with_patches([("lora", 0.75)]);
    let mut load_as = |key: &CacheKey, bytes| {
        cache.get_or_load(key, || Ok(Toy(bytes))).unwrap();
        (cache.contains(&plain), cache.contains(&patched))
    };
    load_as(&plain, 60);
    assert_eq!(load_as(&patched, 30), (true, true));
    // The plain one is used less recently than the patched one, but what it frees is not enough alone.
    assert_eq!(load_as(&CacheKey::new("other", None), 50), (false, false));
    load_as(&plain, 90);
    assert_eq!(load_as(&patched, 30), (true, true), "over the budget, for the plain one is in use by the patched");
}

#[test]
fn the_same_model_made_in_two_ways_is_two_entries() {
    let mut cache = ModelCache::new(100);
    for (form, bytes) in [("", 5), ("float32", 10)] {
        let key = CacheKey::new("m", Some("vae")).made(form);
        cache.get_or_load(&key, || Ok(Toy(bytes))).unwrap();
    }
    assert_eq!((cache.stats().models, cache.stats().bytes), (2, 15));
}

#[test]
fn a_load_that_fails_leaves_nothing_behind() {
    let mut cache = ModelCache::new(100);
    let failed = cache.get_or_load::<Toy>(&CacheKey::new("a", None), || Err(EngineError::Cancelled));
    assert_eq!(failed.unwrap_err().to_string(), "cancelled");
    assert_eq!((cache.stats().models, cache.stats().misses), (0, 0));
}

#[test]
fn every_model_says_what_it_fills() {
    let mut cache = ModelCache::new(100);
    load(&mut cache, "a", 10);
    load(&mut cache, "b", 20);
    let mut sizes: Vec<_> = cache.sizes().map(|(key, bytes)| (key.model.clone(), bytes)).collect();
    sizes.sort();
    assert_eq!(sizes, [("a".to_owned(), 10), ("b".to_owned(), 20)]);
}
