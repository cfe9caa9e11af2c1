//! Where weights lie: over the file where they can, in part where there is no room for all, and out of the way when something
//! else is needed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use invoke_engine::cache::{CacheKey, Limits, ModelCache};
use invoke_engine::device::Device;
use invoke_engine::models::unet::{Context, Unet};
use invoke_engine::models::vae::Vae;
use invoke_engine::weights::Weights;
use invoke_engine::{Kind, Tensor};
use support::{draw, tiny};

/// What the network predicts for one picture.
fn predicted(unet: &Unet) -> Tensor {
    let embeddings = draw(2, &[2, 77, 768]);
    unet.forward(&draw(1, &[2, 4, 8, 8]), 501.0, Context::new(&embeddings)).unwrap()
}

/// The tiny network computing in `kind`; its file is in half precision.
fn load(cache: &mut ModelCache, kind: Kind) -> Arc<Unet> {
    let key = CacheKey::new("tiny", Some("unet")).made(&format!("{kind:?}"));
    cache.get_or_load(&key, || Unet::load(&tiny("unet"), Device::Cpu, kind)).unwrap()
}

#[test]
fn a_model_larger_than_the_memory_for_models_runs_in_part_with_the_same_numbers() {
    let whole = Unet::load(&tiny("unet"), Device::Cpu, Kind::Float).unwrap();
    let budget = whole.bytes() / 2;
    let mut cache = ModelCache::within(Limits { main: budget, device: 0, partial: true });
    let part = load(&mut cache, Kind::Float);
    let held = cache.stats().bytes;
    assert!(held <= budget && held > budget / 2, "{held} bytes of {budget} are held");
    assert_eq!(predicted(&part), predicted(&whole));
    assert_eq!(cache.stats().bytes, held);
}

#[test]
fn a_model_is_held_whole_where_parts_are_not_wanted() {
    let mut cache = ModelCache::within(Limits { main: 1000, device: 0, partial: false });
    let unet = load(&mut cache, Kind::Float);
    assert_eq!(cache.stats().bytes, unet.bytes());
}

#[test]
fn what_others_use_leaves_less_room_and_what_nobody_uses_makes_room() {
    let bytes = Unet::load(&tiny("unet"), Device::Cpu, Kind::Float).unwrap().bytes();
    let mut cache = ModelCache::within(Limits { main: bytes, device: 0, partial: true });
    let vae =
        cache.get_or_load(&CacheKey::new("tiny", Some("vae")), || Vae::load(&tiny("vae"), Device::Cpu, Kind::Float));
    let vae = vae.unwrap();
    let part = load(&mut cache, Kind::Float);
    assert!(cache.stats().bytes <= bytes, "beside the autoencoder there is no room for all of it");
    drop((part, vae));
    cache.clear();
    let whole = load(&mut cache, Kind::Float);
    assert_eq!((cache.stats().models, cache.stats().bytes), (1, whole.bytes()));
}

#[test]
fn weights_in_the_precision_of_their_file_lie_over_it() {
    let weights = Weights::open(&tiny("unet"), Device::Cpu, Kind::Half).unwrap();
    let unet = Unet::load_from(&tiny("unet"), &weights).unwrap();
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let file = tiny("unet").canonicalize().unwrap().join("diffusion_pytorch_model.safetensors");
    let ranges: Vec<(u64, u64)> = maps
        .lines()
        .filter(|line| line.ends_with(file.to_str().unwrap()))
        .map(|line| {
            let (from, to) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
            (u64::from_str_radix(from, 16).unwrap(), u64::from_str_radix(to, 16).unwrap())
        })
        .collect();
    let over_the_file = |name: &str| {
        let address = weights.any(name).unwrap().data_ptr().addr() as u64;
        ranges.iter().any(|(from, to)| (*from..*to).contains(&address))
    };
    let names: Vec<&str> = weights.names().collect();
    assert!(names.len() > 100 && names.iter().all(|name| over_the_file(name)));
    assert!(unet.bytes() > 1_800_000);
}
