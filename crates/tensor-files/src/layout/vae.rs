//! VAEs of the original layout.

use super::{Change, Renamed, Tensors, index, replaced};

const OUTER: [(&str, &str); 8] = [
    ("conv_in", "conv_in"),
    ("conv_out", "conv_out"),
    ("norm_out", "conv_norm_out"),
    ("mid.block_1", "mid_block.resnets.0"),
    ("mid.block_2", "mid_block.resnets.1"),
    ("mid.attn_1.norm", "mid_block.attentions.0.group_norm"),
    ("quant_conv", "quant_conv"),
    ("post_quant_conv", "post_quant_conv"),
];
const ATTENTION: [(&str, &str); 4] = [
    ("mid.attn_1.q", "mid_block.attentions.0.to_q"),
    ("mid.attn_1.k", "mid_block.attentions.0.to_k"),
    ("mid.attn_1.v", "mid_block.attentions.0.to_v"),
    ("mid.attn_1.proj_out", "mid_block.attentions.0.to_out.0"),
];
const RESNET: [(&str, &str); 1] = [("nin_shortcut", "conv_shortcut")];

pub(super) fn rename(tensors: &Tensors<'_>, name: &str, into: &mut Vec<Renamed>) {
    if let Some(name) = replaced(name, &OUTER[6..]) {
        into.push(Renamed::new(name));
        return;
    }
    let Some((side, rest)) = name.split_once('.').filter(|(side, _)| ["encoder", "decoder"].contains(side)) else {
        return;
    };
    if let Some(attention) = replaced(rest, &ATTENTION) {
        into.push(Renamed { name: format!("{side}.{attention}"), change: Change::Flat });
    } else if let Some(rest) = replaced(rest, &OUTER[..6]).or_else(|| level(tensors, rest)) {
        into.push(Renamed::new(format!("{side}.{rest}")));
    }
}

/// A block of a level. The original counts the decoder's levels by size, diffusers in the order in which they are passed.
fn level(tensors: &Tensors<'_>, rest: &str) -> Option<String> {
    let (way, rest) = rest.split_once('.')?;
    let (level, rest) = index(rest)?;
    let level = match way {
        "down" => level,
        "up" => (levels(tensors) - 1).checked_sub(level)?,
        _ => return None,
    };
    if let Some(rest) = rest.strip_prefix(way).and_then(|rest| rest.strip_prefix("sample.")) {
        return Some(format!("{way}_blocks.{level}.{way}samplers.0.{rest}"));
    }
    let (block, rest) = index(rest.strip_prefix("block.")?)?;
    let rest = replaced(rest, &RESNET).unwrap_or_else(|| rest.to_owned());
    Some(format!("{way}_blocks.{level}.resnets.{block}.{rest}"))
}

fn levels(tensors: &Tensors<'_>) -> usize {
    (1..).find(|level| !tensors.has(&format!("decoder.up.{level}.block.0.conv1.weight"))).unwrap_or(1)
}
