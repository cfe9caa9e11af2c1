//! Stability's names of the blocks of SDXL's UNet, which LoRA files use, and those of diffusers.
//!
//! Reference: InvokeAI 6.14.2, `backend/patches/lora_conversions/sdxl_lora_conversion_utils.py`.

/// The layers of a residual block: Stability's name and diffusers'.
const RESNET: [(&str, &str); 6] = [
    ("in_layers_0", "norm1"),
    ("in_layers_2", "conv1"),
    ("out_layers_0", "norm2"),
    ("out_layers_3", "conv2"),
    ("emb_layers_1", "time_emb_proj"),
    ("skip_connection", "conv_shortcut"),
];

/// Layers outside the blocks.
const OUTSIDE: [(&str, &str); 7] = [
    ("time_embed_0", "time_embedding_linear_1"),
    ("time_embed_2", "time_embedding_linear_2"),
    ("label_emb_0_0", "add_embedding_linear_1"),
    ("label_emb_0_2", "add_embedding_linear_2"),
    ("input_blocks_0_0", "conv_in"),
    ("out_0", "conv_norm_out"),
    ("out_2", "conv_out"),
];

/// Levels of the network, and residual blocks in one on the way down and on the way up.
const LEVELS: usize = 3;
const DOWN: usize = 2;
const UP: usize = 3;

/// The diffusers name of a module (underscores for dots) named by Stability; none for any other name.
pub(super) fn to_diffusers(module: &str) -> Option<String> {
    if let Some(found) = OUTSIDE.iter().find_map(|(theirs, ours)| renamed(module, theirs, ours)) {
        return Some(found);
    }
    for level in 0..LEVELS {
        for i in 0..DOWN {
            let index = LEVELS * level + i + 1;
            let found = resnet(module, &format!("input_blocks_{index}_0"), &format!("down_blocks_{level}_resnets_{i}"))
                .or_else(|| {
                    renamed(module, &format!("input_blocks_{index}_1"), &format!("down_blocks_{level}_attentions_{i}"))
                });
            if found.is_some() {
                return found;
            }
        }
        for i in 0..UP {
            let index = LEVELS * level + i;
            let found = resnet(module, &format!("output_blocks_{index}_0"), &format!("up_blocks_{level}_resnets_{i}"))
                .or_else(|| {
                    renamed(module, &format!("output_blocks_{index}_1"), &format!("up_blocks_{level}_attentions_{i}"))
                });
            if found.is_some() {
                return found;
            }
        }
        let down =
            (format!("input_blocks_{}_0_op", LEVELS * (level + 1)), format!("down_blocks_{level}_downsamplers_0_conv"));
        let up = (format!("output_blocks_{}_2", LEVELS * level + 2), format!("up_blocks_{level}_upsamplers_0"));
        let found = [down, up].iter().find_map(|(theirs, ours)| renamed(module, theirs, ours));
        if found.is_some() {
            return found;
        }
    }
    renamed(module, "middle_block_1", "mid_block_attentions_0")
        .or_else(|| resnet(module, "middle_block_0", "mid_block_resnets_0"))
        .or_else(|| resnet(module, "middle_block_2", "mid_block_resnets_1"))
}

fn resnet(module: &str, theirs: &str, ours: &str) -> Option<String> {
    RESNET.iter().find_map(|(their_layer, our_layer)| {
        renamed(module, &format!("{theirs}_{their_layer}"), &format!("{ours}_{our_layer}"))
    })
}

/// `module` with `theirs`, which is all of it or its first names, replaced.
fn renamed(module: &str, theirs: &str, ours: &str) -> Option<String> {
    let rest = module.strip_prefix(theirs)?;
    (rest.is_empty() || rest.starts_with('_')).then(|| format!("{ours}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of the reference's own table.
    #[test]
    fn blocks_are_renamed_as_the_reference_renames_them() {
        for (theirs, ours) in [
            ("input_blocks_4_1_proj_in", "down_blocks_1_attentions_0_proj_in"),
            (
                "input_blocks_8_1_transformer_blocks_9_attn2_to_k",
                "down_blocks_2_attentions_1_transformer_blocks_9_attn2_to_k",
            ),
            ("input_blocks_7_0_skip_connection", "down_blocks_2_resnets_0_conv_shortcut"),
            ("input_blocks_3_0_op", "down_blocks_0_downsamplers_0_conv"),
            ("middle_block_1_proj_out", "mid_block_attentions_0_proj_out"),
            ("middle_block_2_emb_layers_1", "mid_block_resnets_1_time_emb_proj"),
            ("output_blocks_0_1_norm", "up_blocks_0_attentions_0_norm"),
            ("output_blocks_5_2_conv", "up_blocks_1_upsamplers_0_conv"),
            ("output_blocks_8_0_in_layers_2", "up_blocks_2_resnets_2_conv1"),
            ("label_emb_0_2", "add_embedding_linear_2"),
            ("out_2", "conv_out"),
        ] {
            assert_eq!(to_diffusers(theirs).as_deref(), Some(ours), "{theirs}");
        }
        assert_eq!(to_diffusers("down_blocks_1_attentions_0_proj_in"), None);
        assert_eq!(to_diffusers("input_blocks_44_1_proj_in"), None);
    }
}
