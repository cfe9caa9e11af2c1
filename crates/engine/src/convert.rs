//! A main model that is one file as a folder in the layout of diffusers: the same bytes under other names, and the
//! configuration that the file does not bring.
//!
//! Reference: diffusers 0.40.0, `from_single_file` and `save_pretrained` of the pipelines. `// differs:` weights keep the type
//! they are stored in.

use std::fs;
use std::path::Path;

use invoke_prompts::{Padding, tokenizer_files};
use invoke_tensor_files::{TensorFile, write_safetensors};
use serde_json::{Value, json};

use crate::models::checkpoint::settings;
use crate::{EngineError, Result};

/// The parts with weights, what their file is called in the folder, and what writes it there.
const PARTS: [(&str, &str, &str); 4] = [
    ("unet", "diffusion_pytorch_model.safetensors", "diffusers"),
    ("vae", "diffusion_pytorch_model.safetensors", "diffusers"),
    ("text_encoder", "model.safetensors", "transformers"),
    ("text_encoder_2", "model.safetensors", "transformers"),
];
/// Widths of the prompt: Stable Diffusion 2, the refiner of XL, XL.
const SD2_WIDTH: i64 = 1_024;
const SDXL_WIDTHS: [i64; 2] = [1_280, 2_048];
/// Channels of a UNet made for inpainting: latents, their masked form, the mask.
const INPAINT_CHANNELS: i64 = 9;

/// Writes the model in `file` into the empty folder `to`.
///
/// # Errors
/// When the file is none of a known family, or something can not be read or written.
pub fn convert(file: &Path, to: &Path) -> Result<()> {
    let tensors = TensorFile::open_model(file)?;
    let mut index = json!({ "_class_name": "", "feature_extractor": [null, null], "safety_checker": [null, null] });
    for (part, weights, library) in PARTS {
        let prefix = format!("{part}.");
        let own = tensors.tensors().filter_map(|(name, view)| Some((name.strip_prefix(&prefix)?, view)));
        let own: Vec<_> = own.collect();
        if own.is_empty() {
            index[part] = json!([null, null]);
            continue;
        }
        let config = settings(file, part)?;
        let class = config["_class_name"].as_str().or(config["architectures"][0].as_str()).unwrap_or_default();
        index[part] = json!([library, class]);
        let folder = to.join(part);
        fs::create_dir(&folder).map_err(|source| written(&folder, source))?;
        write_json(&folder.join("config.json"), &config)?;
        let path = folder.join(weights);
        write_safetensors(&path, own).map_err(|source| written(&path, source))?;
    }
    let scheduler = settings(file, "scheduler")?;
    index["scheduler"] = json!(["diffusers", scheduler["_class_name"]]);
    let folder = to.join("scheduler");
    fs::create_dir(&folder).map_err(|source| written(&folder, source))?;
    write_json(&folder.join("scheduler_config.json"), &scheduler)?;
    let unet = settings(file, "unet")?;
    let width = unet["cross_attention_dim"].as_i64().unwrap_or_default();
    // OpenCLIP's prompts are filled up with the first token.
    let open_clip = |part: &str| part == "text_encoder_2" || width == SD2_WIDTH;
    for (part, folder) in [("text_encoder", "tokenizer"), ("text_encoder_2", "tokenizer_2")] {
        if index[part][0].is_null() {
            index[folder] = json!([null, null]);
            continue;
        }
        let padding = if open_clip(part) { Padding::First } else { Padding::End };
        write_tokenizer(&to.join(folder), padding)?;
        index[folder] = json!(["transformers", "CLIPTokenizer"]);
    }
    index["_class_name"] = class_of(width, unet["in_channels"].as_i64()).into();
    if width < SDXL_WIDTHS[0] {
        for part in ["text_encoder_2", "tokenizer_2"] {
            index.as_object_mut().and_then(|index| index.shift_remove(part));
        }
    }
    write_json(&to.join("model_index.json"), &index)
}

fn write_tokenizer(folder: &Path, padding: Padding) -> Result<()> {
    fs::create_dir(folder).map_err(|source| written(folder, source))?;
    for (name, content) in tokenizer_files(padding)? {
        let path = folder.join(name);
        fs::write(&path, content).map_err(|source| written(&path, source))?;
    }
    Ok(())
}

/// The pipeline by which the folder is known, by the width of the prompt and the UNet's channels.
fn class_of(width: i64, channels: Option<i64>) -> &'static str {
    match (width, channels == Some(INPAINT_CHANNELS)) {
        (width, false) if width == SDXL_WIDTHS[1] => "StableDiffusionXLPipeline",
        (width, true) if width == SDXL_WIDTHS[1] => "StableDiffusionXLInpaintPipeline",
        (width, _) if width == SDXL_WIDTHS[0] => "StableDiffusionXLImg2ImgPipeline",
        (_, false) => "StableDiffusionPipeline",
        (_, true) => "StableDiffusionInpaintPipeline",
    }
}

fn written(path: &Path, source: std::io::Error) -> EngineError {
    EngineError::NotWritten { path: path.to_owned(), source }
}

fn write_json(path: &Path, value: &Value) -> Result<()> {
    fs::write(path, format!("{value:#}\n")).map_err(|source| written(path, source))
}
