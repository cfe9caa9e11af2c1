//! Models that make an image out of an image, above all upscalers.
//!
//! Reference: InvokeAI 6.14.2, `configs/spandrel.py`, which lets spandrel load the file. `upscalers.json` says by which
//! names spandrel knows each architecture, in its order; `xtask/fixtures/upscaler_names.py` reads it off spandrel. Weights are
//! not tried out here: a file with the right names and wrong shapes is taken and fails when it is loaded.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::{Item, State};
use serde::Deserialize;
use std::collections::HashSet;

const ARCHITECTURES: &str = include_str!("upscalers.json");
/// Dictionaries that training programs put the weights into.
const WRAPPERS: [&str; 6] = ["model_state_dict", "params_ema", "params-ema", "params", "model", "net"];
/// Prefixes of all names that are left out.
const PREFIXES: [&str; 2] = ["module.", "netG."];

#[derive(Deserialize)]
struct Architecture {
    names: Condition,
    /// Whether it makes images out of images alone.
    plain: bool,
}

/// Which names a file must have.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    #[serde(untagged)]
    Name(String),
}

impl Condition {
    fn holds(&self, names: &HashSet<&str>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(names)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(names)),
            Self::Name(name) => names.contains(name.as_str()),
        }
    }
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let readable = ["pt", "pth", "ckpt", "safetensors"].contains(&model.extension().as_str());
    let state = model.file().filter(|_| readable)?;
    let names = weights(state);
    let architectures: Vec<Architecture> = serde_json::from_str(ARCHITECTURES).ok()?;
    let first = architectures.into_iter().find(|architecture| architecture.names.holds(&names))?;
    first.plain.then(|| Kind::new("spandrel_image_to_image", "checkpoint", "any"))
}

/// The names of the weights themselves.
fn weights(state: &State) -> HashSet<&str> {
    let wrapped = WRAPPERS.iter().find_map(|wrapper| match state.get(wrapper) {
        Some(Item::Dict(tensors)) => Some(tensors),
        _ => None,
    });
    let only = match state.items().next() {
        Some((_, Item::Dict(tensors))) if state.len() == 1 => Some(tensors),
        _ => None,
    };
    let mut names: HashSet<&str> = match wrapped.or(only) {
        Some(tensors) => tensors.iter().map(|(name, _)| name.as_str()).collect(),
        None => state.names().collect(),
    };
    for prefix in PREFIXES {
        if names.iter().all(|name| name.starts_with(prefix)) {
            names = names.into_iter().map(|name| &name[prefix.len()..]).collect();
        }
    }
    names
}
