//! Installed models: a key and the configuration record the reference calls `AnyModelConfig`.

use crate::ids::ModelKey;
use serde_json::Value;

/// An installed model. The record stays the JSON object of the reference, because its shape depends on `type`, `format`
/// and `base` and goes back to clients unchanged; the accessors name what the product itself needs.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelRecord {
    /// The model's id, equal to `config.key`.
    pub key: ModelKey,
    /// The whole configuration object.
    pub config: Value,
}

impl ModelRecord {
    fn text(&self, field: &str) -> &str {
        self.config[field].as_str().unwrap_or_default()
    }

    /// Name shown to people.
    pub fn name(&self) -> &str {
        self.text("name")
    }

    /// Path as stored: relative to the models folder, or absolute when installed in place.
    pub fn path(&self) -> &str {
        self.text("path")
    }

    /// Content hash, `blake3:…` by default.
    pub fn hash(&self) -> &str {
        self.text("hash")
    }

    /// Base architecture: `sd-1`, `sdxl`, …
    pub fn base(&self) -> &str {
        self.text("base")
    }

    /// Kind: `main`, `vae`, `lora`, …
    pub fn kind(&self) -> &str {
        self.text("type")
    }

    /// File format: `diffusers`, `checkpoint`, …
    pub fn format(&self) -> &str {
        self.text("format")
    }
}
