//! Text encoders: CLIP under the names of transformers, and OpenCLIP under its own.

use super::{Change, Renamed, Tensors, index, replaced};

const OUTER: [(&str, &str); 2] =
    [("token_embedding", "text_model.embeddings.token_embedding"), ("ln_final", "text_model.final_layer_norm")];
const LAYER: [(&str, &str); 5] = [
    ("ln_1", "layer_norm1"),
    ("ln_2", "layer_norm2"),
    ("mlp.c_fc", "mlp.fc1"),
    ("mlp.c_proj", "mlp.fc2"),
    ("attn.out_proj", "self_attn.out_proj"),
];

/// Old checkpoints leave `text_model` out.
pub(super) fn below_text_model(_: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    if !name.ends_with("position_ids") {
        into.push(Renamed::new(format!("text_model.{name}")));
    }
}

/// Stable Diffusion 2 takes the states of the words alone; nothing is projected.
pub(super) fn open_clip_words(tensors: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    if name != "text_projection" {
        open_clip(tensors, name, into);
    }
}

pub(super) fn open_clip(_: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    match name {
        "positional_embedding" => into.push(Renamed::new("text_model.embeddings.position_embedding.weight".to_owned())),
        "text_projection" => {
            into.push(Renamed { name: "text_projection.weight".to_owned(), change: Change::Transposed });
        }
        name => {
            if let Some((layer, rest)) = name.strip_prefix("transformer.resblocks.").and_then(index) {
                open_clip_layer(layer, rest, into);
            } else {
                into.extend(replaced(name, &OUTER).map(Renamed::new));
            }
        }
    }
}

/// Query, key and value are one tensor there.
fn open_clip_layer(layer: usize, rest: &str, into: &mut Vec<Renamed>) {
    let name = |rest: &str| format!("text_model.encoder.layers.{layer}.{rest}");
    match rest.strip_prefix("attn.in_proj_") {
        Some(rest) => into.extend(["q", "k", "v"].into_iter().enumerate().map(|(third, part)| Renamed {
            name: name(&format!("self_attn.{part}_proj.{rest}")),
            change: Change::Third(third),
        })),
        None => into.extend(replaced(rest, &LAYER).map(|rest| Renamed::new(name(&rest)))),
    }
}
