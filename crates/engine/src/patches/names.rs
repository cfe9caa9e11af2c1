//! The layouts of keys in LoRA files, brought to one: `lora_unet_<module with underscores>` and what of the layer it is.
//!
//! Reference: InvokeAI 6.14.2, `backend/patches/lora_conversions/{sd,sdxl}_lora_conversion_utils.py` and
//! `peft_adapter_utils.py`, which know the keys of kohya's scripts and of LyCORIS. Those of diffusers and PEFT are read as
//! `loaders/lora_conversion_utils.py` and `utils/state_dict_utils.py` of diffusers 0.40.0 read them.
//! differs: the reference refuses the latter two for Stable Diffusion.

use super::sdxl_blocks;

/// The models a LoRA is made for, which decides how its keys are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Stable Diffusion 1 and 2.
    Sd,
    /// SDXL.
    Sdxl,
}

/// A key in two: the layer, and what of it the tensor is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) layer: String,
    pub(super) value: String,
}

/// Ends of keys in diffusers' and PEFT's files, and the name of the same tensor in kohya's.
const VALUES: [(&str, &str); 16] = [
    (".lora_A.weight", "lora_down.weight"),
    (".lora_B.weight", "lora_up.weight"),
    (".lora_linear_layer.down.weight", "lora_down.weight"),
    (".lora_linear_layer.up.weight", "lora_up.weight"),
    (".lora.down.weight", "lora_down.weight"),
    (".lora.up.weight", "lora_up.weight"),
    ("_lora.down.weight", "lora_down.weight"),
    ("_lora.up.weight", "lora_up.weight"),
    (".lora_down.weight", "lora_down.weight"),
    (".lora_up.weight", "lora_up.weight"),
    (".lora_mid.weight", "lora_mid.weight"),
    (".lora_magnitude_vector.weight", "dora_magnitude"),
    (".lora_magnitude_vector", "dora_magnitude"),
    (".dora_scale", "dora_scale"),
    (".alpha", "alpha"),
    (".diff", "diff"),
];

/// Reads a key; none for what is no layer of a model this family has.
pub(super) fn read(key: &str, family: Family) -> Option<Key> {
    let (first, rest) = key.split_once('.')?;
    if first.starts_with("lora_") {
        return Some(Key { layer: first.to_owned(), value: rest.to_owned() });
    }
    let key = key.strip_prefix("base_model.model.").unwrap_or(key);
    let key = without_adapter(key);
    let (module, value) = VALUES.iter().find_map(|(end, value)| Some((key.strip_suffix(end)?, *value)))?;
    let (part, module) = part_of(module, family);
    Some(Key { layer: format!("{part}{}", today(module).replace('.', "_")), value: value.to_owned() })
}

/// PEFT's `lora_A.<adapter>.weight` without the adapter's name.
fn without_adapter(key: &str) -> String {
    for side in [".lora_A.", ".lora_B."] {
        if let Some((module, rest)) = key.split_once(side)
            && let Some(adapter) = rest.strip_suffix(".weight")
            && !adapter.contains('.')
        {
            return format!("{module}{side}weight");
        }
    }
    key.to_owned()
}

/// The part of the model a module of diffusers' or PEFT's layout belongs to, and its name there. Without a part it is the
/// denoising network's.
fn part_of(module: &str, family: Family) -> (&'static str, &str) {
    let first = if family == Family::Sdxl { "lora_te1_" } else { "lora_te_" };
    let parts = [
        ("text_encoder_2.", "lora_te2_"),
        ("text_encoder.", first),
        ("unet.", "lora_unet_"),
        // Of the Open Model Initiative.
        ("clip_l.", first),
        ("clip_g.", "lora_te2_"),
    ];
    parts
        .into_iter()
        .find_map(|(prefix, part)| Some((part, module.strip_prefix(prefix)?)))
        .unwrap_or(("lora_unet_", module))
}

/// The module's name today: the oldest files name an attention's projections after its processor, and those of a text
/// encoder as those of the denoising network.
fn today(module: &str) -> String {
    let Some((attention, projection)) = module.rsplit_once('.') else { return module.to_owned() };
    if let Some(attention) = attention.strip_suffix(".processor") {
        return format!("{attention}.{}", if projection == "to_out" { "to_out.0" } else { projection });
    }
    match projection.strip_prefix("to_").filter(|_| attention.ends_with("self_attn")) {
        Some(projection) => format!("{attention}.{projection}_proj"),
        None => module.to_owned(),
    }
}

/// The same layer under its diffusers name, where the file has Stability's name of it; for SDXL only.
pub(super) fn diffusers_layer(layer: &str) -> Option<String> {
    let module = layer.strip_prefix("lora_unet_")?;
    Some(format!("lora_unet_{}", sdxl_blocks::to_diffusers(module)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, family: Family, layer: &str, value: &str) {
        assert_eq!(read(key, family), Some(Key { layer: layer.to_owned(), value: value.to_owned() }), "{key}");
    }

    #[test]
    fn every_layout_names_the_same_layer() {
        let layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_out_0";
        let module = "down_blocks.0.attentions.0.transformer_blocks.0.attn1";
        check(&format!("{layer}.lora_up.weight"), Family::Sd, layer, "lora_up.weight");
        for (key, value) in [
            (format!("unet.{module}.to_out.0.lora_A.weight"), "lora_down.weight"),
            (format!("unet.{module}.to_out.0.lora_B.default_0.weight"), "lora_up.weight"),
            (format!("base_model.model.{module}.to_out.0.lora_A.weight"), "lora_down.weight"),
            (format!("unet.{module}.to_out.0.lora.down.weight"), "lora_down.weight"),
            (format!("unet.{module}.processor.to_out_lora.up.weight"), "lora_up.weight"),
            (format!("{module}.processor.to_out_lora.up.weight"), "lora_up.weight"),
            (format!("unet.{module}.to_out.0.lora_magnitude_vector"), "dora_magnitude"),
            (format!("unet.{module}.to_out.0.alpha"), "alpha"),
        ] {
            check(&key, Family::Sdxl, layer, value);
        }
    }

    /// As `convert_from_omi` of the reference renames them.
    #[test]
    fn the_layout_of_the_open_model_initiative_is_read() {
        let block = "unet.input_blocks.4.1.transformer_blocks.0.attn1.to_out.0";
        let layer = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_out_0";
        check(&format!("{block}.lora_up.weight"), Family::Sdxl, layer, "lora_up.weight");
        check(&format!("{block}.alpha"), Family::Sdxl, layer, "alpha");
        let module = "text_model.encoder.layers.1.self_attn.q_proj";
        let layer = "text_model_encoder_layers_1_self_attn_q_proj";
        let (first, second) = (format!("lora_te1_{layer}"), format!("lora_te2_{layer}"));
        check(&format!("clip_l.{module}.lora_down.weight"), Family::Sdxl, &first, "lora_down.weight");
        check(&format!("clip_g.{module}.dora_scale"), Family::Sdxl, &second, "dora_scale");
    }

    #[test]
    fn text_encoders_are_told_apart_by_the_family() {
        let module = "text_model.encoder.layers.1.self_attn";
        let layer = "text_model_encoder_layers_1_self_attn_q_proj";
        let new = format!("text_encoder.{module}.q_proj.lora_linear_layer.up.weight");
        check(&new, Family::Sd, &format!("lora_te_{layer}"), "lora_up.weight");
        check(&new, Family::Sdxl, &format!("lora_te1_{layer}"), "lora_up.weight");
        let old = format!("text_encoder_2.{module}.to_q_lora.down.weight");
        check(&old, Family::Sdxl, &format!("lora_te2_{layer}"), "lora_down.weight");
    }

    #[test]
    fn what_is_no_layer_is_passed_over() {
        for key in ["step", "text_encoder.logit_scale", "unet.conv_in.weight"] {
            assert_eq!(read(key, Family::Sd), None, "{key}");
        }
    }
}
