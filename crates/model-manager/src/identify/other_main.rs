//! Main models of further families: Stable Diffusion 3, CogView 4, Qwen Image, Z-Image, ERNIE-Image, Ideogram 4, Krea 2, Wan.
//!
//! Reference: InvokeAI 6.14.2, `configs/main.py`. Wan as single files is in `wan.rs`.

use super::on_disk::OnDisk;
use super::state::State;
use super::{Kind, sdnq};
use regex_lite::Regex;
use serde_json::{Map, Value, json};

const LORA_ENDINGS: [&str; 6] =
    [".lora_down.weight", ".lora_up.weight", ".lora_A.weight", ".lora_B.weight", ".dora_scale", ".alpha"];

pub(super) fn folder(model: &OnDisk<'_>) -> Option<Kind> {
    let class = model.root_class()?;
    let new = |base: &'static str| Kind::new("main", "diffusers", base);
    let kind = match class.as_str() {
        "StableDiffusion3Pipeline" | "SD3Transformer2DModel" => new("sd-3").with("submodels", sd3_parts(model)?),
        "CogView4Pipeline" => new("cogview4"),
        "QwenImagePipeline" => new("qwen-image").with("variant", "generate"),
        "QwenImagePlusPipeline" => new("qwen-image").with("variant", "generate"),
        "QwenImageEditPlusPipeline" => new("qwen-image").with("variant", "edit"),
        "ZImagePipeline" if sdnq::is_pipeline(model) => return None,
        "ZImagePipeline" => {
            let scheduler = model.config("scheduler/scheduler_config.json")?;
            let shift = scheduler.get("shift").and_then(Value::as_f64).unwrap_or(3.0);
            new("z-image").with("variant", if shift >= 5.0 { "zbase" } else { "turbo" })
        }
        "ErnieImagePipeline" => new("ernie-image"),
        "Ideogram4Pipeline" => new("ideogram-4"),
        "Krea2Pipeline" => {
            let distilled = model.config("model_index.json")?.get("is_distilled").cloned().unwrap_or(json!(false));
            new("krea-2").with("variant", if distilled == json!(false) { "krea2_base" } else { "krea2_turbo" })
        }
        "WanPipeline" | "WanImageToVideoPipeline" => wan(model, new("wan")),
        _ => return None,
    };
    Some(kind.with("repo_variant", model.repo_variant()))
}

/// The parts that can be loaded each for itself.
fn sd3_parts(model: &OnDisk<'_>) -> Option<Value> {
    let mut parts = Map::new();
    for (name, value) in model.root_config()? {
        let class = match value.as_array().map(Vec::as_slice) {
            Some([_, class]) if !name.starts_with('_') => class.as_str().unwrap_or_default(),
            _ => continue,
        };
        let folder = model.path().join(&name);
        let folder = folder.canonicalize().unwrap_or(folder);
        let (kind, variant) = match class {
            "CLIPTextModelWithProjection" => {
                let config =
                    model.first_config(&[&format!("{name}/config.json"), &format!("{name}/model_index.json")])?;
                ("clip_embed", super::clip::variant(&config))
            }
            "SD3Transformer2DModel" => ("main", None),
            _ => continue,
        };
        parts.insert(name, json!({ "path_or_prefix": folder, "model_type": kind, "variant": variant }));
    }
    Some(Value::Object(parts))
}

fn wan(model: &OnDisk<'_>, kind: Kind) -> Kind {
    let dual = model.has("transformer_2/config.json");
    let number = |file: &str, field: &str| model.config(file).and_then(|config| config.get(field)?.as_i64());
    let name = model.file_name().to_lowercase();
    let variant = if dual {
        if number("transformer/config.json", "in_channels") == Some(36) { "i2v_a14b" } else { "t2v_a14b" }
    } else if number("vae/config.json", "z_dim").is_some_and(|channels| channels >= 32)
        || name.contains("5b")
        || name.contains("ti2v")
    {
        "ti2v_5b"
    } else {
        "t2v_a14b"
    };
    let boundary = model.config("model_index.json").and_then(|index| index.get("boundary_ratio")?.as_f64());
    kind.with("variant", variant).with("has_dual_expert", dual).with("boundary_ratio", boundary)
}

pub(super) fn file(model: &OnDisk<'_>) -> Option<Kind> {
    let state = model.file()?;
    let format = if state.is_gguf() { "gguf_quantized" } else { "checkpoint" };
    let new = |base: &'static str| Kind::new("main", format, base);
    if is_qwen_image(state) {
        return Some(new("qwen-image").with("variant", qwen_image_variant(state, model)));
    }
    if is_z_image(state) {
        return Some(new("z-image").with("variant", "turbo"));
    }
    if state.any_ends(&LORA_ENDINGS) {
        return None;
    }
    let krea2 = has_part(state, &["text_fusion", "txtfusion", "time_mod_proj"])
        && has_part(state, &["img_in", "first", "tproj"]);
    let readable = state.is_gguf() || model.extension() == "safetensors";
    (krea2 && readable).then(|| new("krea-2").with("variant", krea2_variant(&model.file_name())))
}

/// Whether it is the transformer of Z-Image, and no LoRA for it.
pub(super) fn is_z_image(state: &State) -> bool {
    !state.any_ends(&LORA_ENDINGS) && has_part(state, &["cap_embedder", "context_refiner", "cap_pad_token"])
}

/// Whether one of these words is a whole part of a name.
fn has_part(state: &State, words: &[&str]) -> bool {
    state.names().any(|name| name.split('.').any(|part| words.contains(&part)))
}

fn without_prefix(name: &str) -> &str {
    ["model.diffusion_model.", "diffusion_model."].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

fn is_qwen_image(state: &State) -> bool {
    let any = |prefix: &str| state.names().any(|name| without_prefix(name).starts_with(prefix));
    any("txt_in.") && any("txt_norm.") && any("img_in.") && !state.any_contains(&["context_embedder"])
}

fn qwen_image_variant(state: &State, model: &OnDisk<'_>) -> &'static str {
    let marked = state.names().any(|name| without_prefix(name) == "__index_timestep_zero__");
    let stem = model.path().file_stem().map(|stem| stem.to_string_lossy().to_lowercase()).unwrap_or_default();
    let edit = Regex::new(r"(?:^|[^a-z0-9])edit(?:[^a-z0-9]|$)");
    if marked || edit.is_ok_and(|edit| edit.is_match(&stem)) { "edit" } else { "generate" }
}

/// Both variants have the same shapes; only names tell them.
fn krea2_variant(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let raw = name.split(|letter: char| !letter.is_ascii_alphanumeric()).any(|word| ["raw", "base"].contains(&word));
    if raw && !name.contains("turbo") { "krea2_base" } else { "krea2_turbo" }
}
