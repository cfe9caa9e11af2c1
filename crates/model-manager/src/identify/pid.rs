//! PiD decoders, which decode latents to pictures of four times the size.
//!
//! Reference: InvokeAI 6.14.2, `configs/pid_decoder.py`. `pid.json` has the weights of its network with their shapes;
//! `xtask/fixtures/pid_shapes.py` reads it off the reference. A decoder that lacks some would fail when it is used, and so
//! is not taken for one.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::{Item, State};
use regex_lite::Regex;
use std::collections::HashMap;

const SHAPES: &str = include_str!("pid.json");
/// What the latents go into first: its shape tells the version of the network and the family of the latents.
const PROJECTION: &str = "lq_proj.latent_proj.0.weight";
/// Of the version that is known.
const HIDDEN: usize = 512;
/// What lies beside the network in files of its training.
const OF_TRAINING: [&str; 3] = ["net_ema.", "fake_score.", "discriminator."];
/// How names spell the families, the more particular first.
const SPELLINGS: [(&str, &str); 5] = [
    ("flux2", r"flux[_\-.]?2"),
    ("sdxl", "sdxl"),
    ("qwen-image", r"qwen[_\-.]?image"),
    ("sd-3", r"sd[_\-.]?3"),
    ("flux", "flux"),
];
/// Families whose latents have the same channels.
const SIXTEEN: [&str; 3] = ["flux", "sd-3", "qwen-image"];

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file().filter(|state| state.any_contains(&["lq_proj"]))?;
    let shapes = shapes(state);
    let projection = *shapes.get(PROJECTION)?;
    let expected: HashMap<String, Vec<usize>> = serde_json::from_str(SHAPES).ok()?;
    let [HIDDEN, channels, kernel @ ..] = projection else { return None };
    let own = expected.get(PROJECTION)?;
    let whole = expected.iter().all(|(name, shape)| {
        shapes.get(name.as_str()).is_some_and(|found| name == PROJECTION || *found == shape.as_slice())
    });
    if own.get(2..) != Some(kernel) || !whole {
        return None;
    }
    let names = names(model);
    let base = match channels {
        4 => "sdxl",
        128 => "flux2",
        16 => names.iter().find_map(|name| spelled(name)).filter(|base| SIXTEEN.contains(base)).unwrap_or("flux"),
        _ => return None,
    };
    Some(Kind::new("pid_decoder", "checkpoint", base).with("variant", variant(&names, base)))
}

/// The network's weights by its own names.
fn shapes(state: &State) -> HashMap<&str, &[usize]> {
    let wrapped = state.any_starts(&["net."]);
    let named = |name| match wrapped {
        true if OF_TRAINING.iter().any(|prefix| str::starts_with(name, prefix)) => None,
        true => Some(name.strip_prefix("net.").unwrap_or(name)),
        false => Some(name),
    };
    let tensors = state.items().filter_map(|(name, item)| match item {
        Item::Tensor(shape) => Some((named(name)?, &**shape)),
        _ => None,
    });
    tensors.collect()
}

/// What may tell more: the file's name and its folder's.
fn names(model: &OnDisk<'_>) -> Vec<String> {
    let folder = model.path().parent().and_then(|folder| folder.file_name());
    let folder = folder.map(|name| name.to_string_lossy().to_lowercase());
    [Some(model.file_name().to_lowercase()), folder].into_iter().flatten().collect()
}

/// The one family that a name spells.
fn spelled(name: &str) -> Option<&'static str> {
    let (mut rest, mut found) = (name.to_owned(), Vec::new());
    for (base, spelling) in SPELLINGS {
        let spelling = Regex::new(spelling).ok()?;
        if spelling.is_match(&rest) {
            found.push(base);
            rest = spelling.replace_all(&rest, " ").into_owned();
        }
    }
    if let [only] = found.as_slice() { Some(only) } else { None }
}

fn variant(names: &[String], base: &str) -> &'static str {
    let of = |name: &String| {
        if ["res2kto4k", "res2k_to_4k", "res2k_to4k"].iter().any(|word| name.contains(word)) {
            Some("res2kto4k_sr4x")
        } else {
            name.contains("res2k").then_some("res2k_sr4x")
        }
    };
    let only = if ["sdxl", "qwen-image"].contains(&base) { "res2kto4k_sr4x" } else { "res2k_sr4x" };
    names.iter().find_map(of).unwrap_or(only)
}
