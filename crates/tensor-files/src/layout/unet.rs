//! The UNet of Stable Diffusion 1, 2, XL and its refiner, and the ControlNets over it.
//!
//! The original counts all blocks of a half through: `input_blocks.4` is the first layer of the second level, since the
//! convolution at the beginning and each reduction in size count as well.

use super::{Renamed, Tensors, index, replaced};

const OUTER: [(&str, &str); 10] = [
    ("time_embed.0", "time_embedding.linear_1"),
    ("time_embed.2", "time_embedding.linear_2"),
    ("label_emb.0.0", "add_embedding.linear_1"),
    ("label_emb.0.2", "add_embedding.linear_2"),
    ("input_blocks.0.0", "conv_in"),
    ("out.0", "conv_norm_out"),
    ("out.2", "conv_out"),
    ("middle_block.1", "mid_block.attentions.0"),
    ("middle_block_out.0", "controlnet_mid_block"),
    ("input_hint_block.0", "controlnet_cond_embedding.conv_in"),
];
const RESNET: [(&str, &str); 6] = [
    ("in_layers.0", "norm1"),
    ("in_layers.2", "conv1"),
    ("emb_layers.1", "time_emb_proj"),
    ("out_layers.0", "norm2"),
    ("out_layers.3", "conv2"),
    ("skip_connection", "conv_shortcut"),
];
/// The last convolution over a control image.
const LAST_HINT: usize = 14;

pub(super) fn rename(tensors: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    into.extend(renamed(tensors, name).map(Renamed::new));
}

fn renamed(tensors: &Tensors<'_>, name: &str) -> Option<String> {
    if let Some(name) = replaced(name, &OUTER) {
        return Some(name);
    }
    let (part, rest) = name.split_once('.')?;
    let (number, rest) = index(rest)?;
    match part {
        "middle_block" => Some(format!("mid_block.resnets.{}.{}", number / 2, replaced(rest, &RESNET)?)),
        "zero_convs" => Some(format!("controlnet_down_blocks.{number}.{}", index(rest)?.1)),
        "input_hint_block" if number == LAST_HINT => Some(format!("controlnet_cond_embedding.conv_out.{rest}")),
        "input_hint_block" => Some(format!("controlnet_cond_embedding.blocks.{}.{rest}", number / 2 - 1)),
        "input_blocks" => {
            let (level, layer) = input(tensors, number);
            let (place, rest) = index(rest)?;
            match (place, rest.strip_prefix("op.")) {
                (0, Some(rest)) => Some(format!("down_blocks.{level}.downsamplers.0.conv.{rest}")),
                _ => Some(format!("down_blocks.{level}.{}", inner(layer, place, rest)?)),
            }
        }
        "output_blocks" => {
            let (level, layer) = output(tensors, number);
            let (place, rest) = index(rest)?;
            match rest.strip_prefix("conv.") {
                Some(rest) => Some(format!("up_blocks.{level}.upsamplers.0.conv.{rest}")),
                None => Some(format!("up_blocks.{level}.{}", inner(layer, place, rest)?)),
            }
        }
        _ => None,
    }
}

/// First a residual block, then perhaps a transformer, whose names stay.
fn inner(layer: usize, place: usize, rest: &str) -> Option<String> {
    match place {
        0 => Some(format!("resnets.{layer}.{}", replaced(rest, &RESNET)?)),
        _ => Some(format!("attentions.{layer}.{rest}")),
    }
}

/// The level of a block on the way down, and which layer of that it is.
fn input(tensors: &Tensors<'_>, number: usize) -> (usize, usize) {
    let reduces = |block: &usize| tensors.has(&format!("input_blocks.{block}.0.op.weight"));
    let reductions: Vec<usize> = (1..number).filter(reduces).collect();
    let first = reductions.last().map_or(1, |last| last + 1);
    (reductions.len(), number.saturating_sub(first))
}

/// The same on the way up, where a level ends with the block that enlarges.
fn output(tensors: &Tensors<'_>, number: usize) -> (usize, usize) {
    let enlarges =
        |block: &usize| (1..3).any(|place| tensors.has(&format!("output_blocks.{block}.{place}.conv.weight")));
    let enlargements: Vec<usize> = (0..number).filter(enlarges).collect();
    let first = enlargements.last().map_or(0, |last| last + 1);
    (enlargements.len(), number - first)
}
