//! Wan 2.2 in single files: main models, of which the large ones come as two experts, and LoRAs.
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py` and `configs/lora.py`, the classes with `Wan` in their names, and
//! `backend/patches/lora_conversions/wan_lora_constants.py`.

use super::Kind;
use super::on_disk::OnDisk;
use super::state::{Item, State};
use regex_lite::Regex;

const PREFIXES: [&str; 3] = ["", "model.diffusion_model.", "diffusion_model."];
/// Branches of variants that the plain transformer does not have: Animate, S2V, Fun-Control, VACE.
const OTHER_VARIANTS: [&str; 8] = [
    "face_adapter.",
    "motion_encoder.",
    "audio_injector.",
    "casual_audio_encoder.",
    "cond_encoder.",
    "frame_packer.",
    "control_adapter.",
    "vace_blocks.",
];
/// What only Wan 2.1 has for pictures to begin with.
const IMAGE_EMBEDDERS: [&str; 2] = ["img_emb.proj.0.weight", "condition_embedder.image_embedder.norm1.weight"];
/// The width of the small Wan 2.1.
const SMALL_WAN_2_1: usize = 1536;
const LORA_ENDINGS: [&str; 7] =
    ["lora_A.weight", "lora_B.weight", "lora_down.weight", "lora_up.weight", "dora_scale", ".lokr_w1", ".lokr_w2"];
/// Layers of Wan in LoRAs, in the names of kohya and of PEFT, of diffusers and of the original.
const LORA_LAYERS: &str = concat!(
    r"lora_unet_blocks_\d+_(attn[12]_(to_[qkv]|to_out_0|norm_[qk])|(self_attn|cross_attn)_[qkvo](_|\.|$)",
    r"|ffn_(\d+|net_\d+_proj|net_\d+))",
    r"|(?:^|(?:diffusion_model|transformer|base_model\.model\.transformer)\.)blocks\.\d+\.",
    r"(attn1\.|attn2\.|ffn\.net\.|self_attn\.[qkvo](\.|$)|cross_attn\.[qkvo](\.|$)|ffn\.\d+\.)",
);
/// Layers that other families have and Wan has not: Anima, Qwen Image, FLUX, Z-Image.
const FOREIGN_LAYERS: &str = concat!(
    r"blocks[._]\d+[._](mlp|adaln_modulation)|(self_attn|cross_attn)[._]([qkv]_proj|output_proj)",
    r"|(^|\.)transformer_blocks\.\d+\.|(^|\.|_)(double_blocks|single_blocks|single_transformer_blocks)[._]\d+",
    r"|diffusion_model\.layers\.\d+\.",
);
/// Words that follow `high` or `low` where these are not about an expert.
const NOT_OF_EXPERTS: [&str; 16] = [
    "angle",
    "cfg",
    "guidance",
    "vram",
    "ram",
    "mem",
    "memory",
    "step",
    "steps",
    "res",
    "resolution",
    "quality",
    "speed",
    "fps",
    "bit",
    "bits",
];

fn has(state: &State, name: &str) -> bool {
    PREFIXES.iter().any(|prefix| state.has(&format!("{prefix}{name}")))
}

/// Letters and digits of a name, small.
fn condensed(text: &str) -> String {
    text.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect()
}

fn stem(model: &OnDisk<'_>) -> String {
    model.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

pub(super) fn main(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let projection = ["condition_embedder.text_embedder.linear_1.weight", "text_embedding.0.weight"];
    // A LoRA for pictures to begin with may bring the first layer whole, but no block.
    let blocks = ["blocks.0.self_attn.q.weight", "blocks.0.attn1.to_q.weight"];
    let looks = has(state, "patch_embedding.weight")
        && projection.iter().any(|name| has(state, name))
        && blocks.iter().any(|name| has(state, name));
    if !looks || state.any_contains(&OTHER_VARIANTS) || IMAGE_EMBEDDERS.iter().any(|name| has(state, name)) {
        return None;
    }
    let said = if state.is_gguf() { model.metadata().get("general.name") } else { None };
    let identity = condensed(&format!("{} {}", stem(model), said.map(String::as_str).unwrap_or_default()));
    let shape = PREFIXES.iter().find_map(|prefix| state.shape(&format!("{prefix}patch_embedding.weight")))?;
    if identity.contains("wan21") || shape.first() == Some(&SMALL_WAN_2_1) {
        return None;
    }
    let variant = match shape {
        [5120, 16, ..] => "t2v_a14b",
        [5120, 36, ..] => "i2v_a14b",
        [3072, 48, ..] => "ti2v_5b",
        _ => return None,
    };
    let format = match state.is_gguf() {
        // One expert of Wan 2.2 and Wan 2.1 whole have the same shapes.
        true if variant != "ti2v_5b" && !identity.contains("wan22") => return None,
        true => "gguf_quantized",
        false if model.extension() != "safetensors" => return None,
        false => "checkpoint",
    };
    let kind = Kind::new("main", format, "wan").with("variant", variant);
    Some(kind.with("expert", expert_of(model, variant).unwrap_or("none")))
}

/// Which of the two experts a file is, by its name or else by what it says of itself.
fn expert_of(model: &OnDisk<'_>, variant: &str) -> Option<&'static str> {
    if variant == "ti2v_5b" {
        return None;
    }
    let said = || {
        let texts = ["model_type", "general.name"].into_iter().filter_map(|name| model.metadata().get(name));
        expert(texts.into_iter().find(|text| !text.is_empty())?)
    };
    expert(&stem(model)).or_else(said)
}

/// Whether a name is that of the expert for high or low noise. A name with both is that of neither.
fn expert(name: &str) -> Option<&'static str> {
    let words = words(name);
    let (mut explicit, mut bare) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < words.len() {
        if let Some(fused) = fused(&words[at]) {
            explicit.push(fused);
            at += 1;
            continue;
        }
        let mut run: Vec<&'static str> = words[at..].iter().map_while(|word| marker(word)).collect();
        if run.is_empty() {
            at += 1;
            continue;
        }
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        at += run.len();
        let mut after = words.get(at);
        if after.is_some_and(|word| NOT_OF_EXPERTS.contains(&word.as_str())) {
            run.pop();
            after = None;
        }
        if run.is_empty() {
            continue;
        }
        let about_noise = [before, after].into_iter().flatten().any(|word| word == "noise");
        if about_noise { explicit.extend(run) } else { bare.extend(run) }
    }
    let found = if explicit.is_empty() { bare } else { explicit };
    found.first().copied().filter(|first| found.iter().all(|other| other == first))
}

fn marker(word: &str) -> Option<&'static str> {
    ["high", "low"].into_iter().find(|marker| *marker == word)
}

/// `highnoise`, `noiselow`, also with more behind or before it.
fn fused(word: &str) -> Option<&'static str> {
    let is_of =
        |marker: &&str| word.starts_with(&format!("{marker}noise")) || word.ends_with(&format!("noise{marker}"));
    ["high", "low"].into_iter().find(is_of)
}

/// The words of a name in small letters; a capital letter after a small one or a digit begins one.
fn words(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            spaced.push('_');
        }
        spaced.push(letter);
        before = letter;
    }
    let spaced = spaced.to_lowercase();
    let words = spaced.split(|letter: char| !letter.is_ascii_lowercase() && !letter.is_ascii_digit());
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

pub(super) fn lora(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let (own, foreign) = (Regex::new(LORA_LAYERS).ok()?, Regex::new(FOREIGN_LAYERS).ok()?);
    let looks = state.names().any(|name| own.is_match(name))
        && state.any_ends(&LORA_ENDINGS)
        && !state.names().any(|name| foreign.is_match(name));
    if !looks {
        return None;
    }
    let variant = lora_variant(state);
    let expert = if variant == Some("5b") { None } else { expert(&stem(model)) };
    Some(Kind::new("lora", "lycoris", "wan").with("expert", expert).with("variant", variant))
}

/// The family a LoRA is for, by the width of its first layer of attention that tells.
fn lora_variant(state: &State) -> Option<&'static str> {
    let parts = ["lora_A", "lora_B", "lora_up", "lora_down"];
    let tells = |name: &str| {
        parts.iter().any(|part| {
            name.ends_with(&format!(".attn1.to_q.{part}.weight"))
                || name.ends_with(&format!(".self_attn.q.{part}.weight"))
        }) || ["up", "down"].iter().any(|way| {
            name.contains(&format!("_attn1_to_q.lora_{way}.weight"))
                || name.contains(&format!("_self_attn_q.lora_{way}.weight"))
        })
    };
    let width = state.items().filter(|(name, _)| tells(name)).find_map(|(_, item)| match item {
        Item::Tensor(shape) if shape.len() >= 2 => Some(shape[0].max(shape[1])),
        _ => None,
    });
    match width? {
        5120 => Some("a14b"),
        3072 => Some("5b"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::expert;

    #[test]
    fn the_expert_is_read_off_the_name() {
        for (name, expected) in [
            ("wan2.2_t2v_high_noise_14B_fp8_scaled", Some("high")),
            ("Wan2_2-T2V-A14B-LOW_fp8_e4m3fn_scaled_KJ", Some("low")),
            ("wan22HighNoise", Some("high")),
            ("noise_low-model", Some("low")),
            ("LOWNOISEFP8", Some("low")),
            ("wan_4step_LOW_lightning_high_noise", Some("high")),
            ("I2V HIGH+LOW", None),
            ("wan_low_high_noise", None),
            ("wan-lowVRAM", None),
            ("highway_slow_noise", None),
            ("wan", None),
        ] {
            assert_eq!(expert(name), expected, "{name}");
        }
    }
}
