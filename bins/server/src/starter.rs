//! The small models that come with the program, compiled in, so that there is no folder to lose. `starter/` makes them.

use invoke_model_manager::ShippedModel;
use serde_json::{Map, Value, json};

/// Files below `starter/models/<folder>` with their bytes.
macro_rules! files {
    ($folder:literal: $($path:literal)*) => {
        vec![$(($path, include_bytes!(concat!("../../../starter/models/", $folder, "/", $path)).as_slice())),*]
    };
}

/// All of them; the first draws pictures by itself, the others go with it.
pub(crate) fn models() -> Vec<ShippedModel> {
    vec![
        ShippedModel {
            name: "starter",
            title: "Starter",
            description: "Draws one coloured shape on a coloured background, in 64 × 64 pixels, so that everything can be \
                          tried before a large model is there.",
            fields: fields(&json!({
                "default_settings": { "width": 64, "height": 64, "steps": 20, "cfg_scale": 3.5, "scheduler": "ddim" },
            })),
            files: files!("starter":
                "model_index.json"
                "scheduler/scheduler_config.json"
                "text_encoder/config.json"
                "text_encoder/model.safetensors"
                "tokenizer/merges.txt"
                "tokenizer/special_tokens_map.json"
                "tokenizer/tokenizer_config.json"
                "tokenizer/vocab.json"
                "unet/config.json"
                "unet/diffusion_pytorch_model.safetensors"
                "vae/config.json"
                "vae/diffusion_pytorch_model.safetensors"
                "README.md"
                "LICENSE"
            ),
            cover: Some(include_bytes!("../../../starter/card/starter.webp")),
        },
        ShippedModel {
            name: "starter-night",
            title: "Starter Night",
            description: "Puts what the Starter model draws before the night.",
            fields: fields(&json!({ "default_settings": { "weight": 1.0 } })),
            files: files!("starter-night": "starter-night.safetensors"),
            cover: None,
        },
        ShippedModel {
            name: "starter-canny",
            title: "Starter Canny",
            description: "Lets the Starter model draw where the edges of a picture are.",
            fields: Map::new(),
            files: files!("starter-canny": "config.json" "diffusion_pytorch_model.safetensors"),
            cover: None,
        },
    ]
}

fn fields(given: &Value) -> Map<String, Value> {
    given.as_object().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_small() {
        let sizes: Vec<usize> =
            models().iter().map(|model| model.files.iter().map(|(_, bytes)| bytes.len()).sum()).collect();
        assert!(sizes[0] <= 14_000_000 && sizes.iter().sum::<usize>() <= 25_000_000, "{sizes:?}");
    }
}
