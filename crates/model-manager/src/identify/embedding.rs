//! Textual inversion: a few vectors for a word of one's own.
//!
//! Reference: InvokeAI 6.14.2, `configs/textual_inversion.py`.

use super::Kind;
use super::on_disk::{OnDisk, read_state};
use super::state::{Item, State};

/// Names that only such files have.
const NAMES: [&str; 3] = ["string_to_param", "emb_params", "clip_g"];
/// A file with fewer tensors than this, and nothing else, may be one.
const FEW: usize = 10;

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    base(model.file()?).map(|base| Kind::new("embedding", "embedding_file", base))
}

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    model.folder()?;
    let states = model.weight_files().into_iter().filter_map(|file| read_state(&file));
    let embedding = states.into_iter().find(looks_like_embedding)?;
    base(&embedding).map(|base| Kind::new("embedding", "embedding_folder", base))
}

fn looks_like_embedding(state: &State) -> bool {
    let tensors = state.items().all(|(_, item)| matches!(item, Item::Tensor(_)));
    state.has_any(&NAMES) || (state.len() < FEW && tensors)
}

fn base(state: &State) -> Option<&'static str> {
    if !looks_like_embedding(state) {
        return None;
    }
    let width = if state.has("string_to_token") {
        match state.get("string_to_param")? {
            Item::Dict(vectors) => *vectors.first()?.1.last()?,
            _ => return None,
        }
    } else if let Some(name) = ["emb_params", "clip_g"].into_iter().find(|name| state.has(name)) {
        state.last_length(name)?
    } else {
        match state.items().next()? {
            (_, Item::Tensor(shape)) => *shape.first()?,
            _ => return None,
        }
    };
    match width {
        768 => Some("sd-1"),
        1024 => Some("sd-2"),
        1280 => Some("sdxl"),
        _ => None,
    }
}
