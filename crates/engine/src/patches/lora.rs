//! A LoRA file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tch::{Kind, Tensor};

use super::layer::{Layer, Values};
use super::names::{self, Family, Key};
use crate::device::Device;
use crate::weights::Weights;
use crate::{EngineError, Result};

/// What a folder with a LoRA of diffusers' holds.
const IN_FOLDER: &str = "pytorch_lora_weights.safetensors";

/// Where diffusers writes the settings a LoRA was trained with.
const SETTINGS: &str = "lora_adapter_metadata";

/// A loaded LoRA, or any of its relatives.
#[derive(Debug)]
pub struct Lora {
    file: PathBuf,
    layers: BTreeMap<String, Layer>,
}

impl Lora {
    /// Reads a file, or a folder of diffusers', into memory, in float32 on the CPU.
    pub fn open(path: &Path, family: Family) -> Result<Self> {
        let file = if path.is_dir() { path.join(IN_FOLDER) } else { path.to_owned() };
        let weights = Weights::open(&file, Device::Cpu, Kind::Float)?;
        let mut values: BTreeMap<String, Values> = BTreeMap::new();
        for name in weights.names() {
            // Embeddings that some trainers put into the same file.
            if name.starts_with("bundle_emb") {
                continue;
            }
            let Some(Key { layer, value }) = names::read(name, family) else { continue };
            values.entry(layer).or_default().insert(value, weights.any(name)?);
        }
        if family == Family::Sdxl {
            values = renamed(values, &file)?;
        }
        let named = |reason: EngineError| EngineError::Config { file: file.clone(), reason: reason.to_string() };
        let settings = weights.metadata(SETTINGS).and_then(|text| serde_json::from_str(text).ok());
        let mut layers = BTreeMap::new();
        for (key, values) in values {
            if let Some(mut layer) = Layer::new(values).map_err(named)? {
                if let Some(alpha) = settings.as_ref().and_then(|settings| alpha_of(settings, &key)) {
                    layer.set_default_alpha(alpha);
                }
                layers.insert(key, layer);
            }
        }
        if layers.is_empty() {
            let reason = "it has no layer of a LoRA for this kind of model".to_owned();
            return Err(EngineError::Config { file, reason });
        }
        Ok(Self { file, layers })
    }

    /// Bytes of its tensors.
    pub fn bytes(&self) -> u64 {
        self.layers.values().map(|layer| layer.bytes() as u64).sum()
    }

    /// The layers it has, as `lora_unet_<module>`.
    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.layers.keys().map(String::as_str)
    }

    /// What a layer adds to a parameter of its module.
    pub(super) fn residual(
        &self,
        key: &str,
        parameter: &str,
        original: &Tensor,
        strength: f64,
    ) -> Result<Option<Tensor>> {
        let Some(layer) = self.layers.get(key) else { return Ok(None) };
        layer.residual(parameter, original, strength).map_err(|error| EngineError::Config {
            file: self.file.clone(),
            reason: format!("layer `{key}` does not fit the model: {error}"),
        })
    }
}

/// The layers under the names of diffusers, where the file uses Stability's: for all of the network or for none of it.
fn renamed(layers: BTreeMap<String, Values>, file: &Path) -> Result<BTreeMap<String, Values>> {
    let (mut converted, mut kept) = (0, 0);
    let renamed = layers
        .into_iter()
        .map(|(layer, values)| match names::diffusers_layer(&layer) {
            Some(name) => {
                converted += 1;
                (name, values)
            }
            None => {
                kept += usize::from(layer.starts_with("lora_unet_"));
                (layer, values)
            }
        })
        .collect();
    if converted > 0 && kept > 0 {
        let reason = format!("only {converted} of {} layers have known names", converted + kept);
        return Err(EngineError::Config { file: file.to_owned(), reason });
    }
    Ok(renamed)
}

/// The alpha that the file's settings give to all layers of a part.
fn alpha_of(settings: &Value, layer: &str) -> Option<f64> {
    let part = match layer.split('_').nth(1)? {
        "unet" => "unet",
        "te" | "te1" => "text_encoder",
        _ => "text_encoder_2",
    };
    settings[format!("{part}.lora_alpha")].as_f64()
}
