//! What the model nodes share: which LoRA goes onto which part.

use invoke_graph::{NodeError, OneOrMany};

use crate::Context;
use crate::fields::{BaseModelType, CLIPField, LoRAField, ModelIdentifierField, SubModelType, UNetField, VAEField};

/// Adds a LoRA to a part, if there is that part; twice is an error.
pub(crate) fn add_once(loras: Option<&mut Vec<LoRAField>>, lora: &LoRAField, part: &str) -> Result<(), NodeError> {
    let Some(loras) = loras else { return Ok(()) };
    if loras.iter().any(|known| known.lora.key == lora.lora.key) {
        let message = format!("LoRA \"{}\" already applied to {part}", lora.lora.key);
        return Err(NodeError::new("Exception", message));
    }
    loras.push(lora.clone());
    Ok(())
}

/// The LoRAs, each once, all of them installed and made for one of these bases.
pub(crate) fn distinct(
    context: &Context,
    loras: Option<OneOrMany<LoRAField>>,
    bases: &[BaseModelType],
) -> Result<Vec<LoRAField>, NodeError> {
    let mut kept: Vec<LoRAField> = Vec::new();
    for lora in loras.map(OneOrMany::into_vec).unwrap_or_default() {
        if kept.iter().any(|known| known.lora.key == lora.lora.key) {
            continue;
        }
        context.host().model(&lora.lora.key)?;
        if !bases.contains(&lora.lora.base) {
            let message =
                format!("LoRA `{}` is for another kind of model: {}", lora.lora.name, lora.lora.base.as_str());
            return Err(NodeError::new("AssertionError", message));
        }
        kept.push(lora);
    }
    Ok(kept)
}

impl UNetField {
    /// The denoising network of a main model, as it is.
    pub(crate) fn of(model: &ModelIdentifierField) -> Self {
        Self {
            unet: model.part(SubModelType::Unet),
            scheduler: model.part(SubModelType::Scheduler),
            loras: Vec::new(),
            seamless_axes: Vec::new(),
            freeu_config: None,
        }
    }
}

impl CLIPField {
    /// The text encoder of a main model, as it is.
    pub(crate) fn of(model: &ModelIdentifierField) -> Self {
        Self::parts(model, SubModelType::Tokenizer, SubModelType::TextEncoder)
    }

    /// The second text encoder of a main model, as it is.
    pub(crate) fn second_of(model: &ModelIdentifierField) -> Self {
        Self::parts(model, SubModelType::Tokenizer2, SubModelType::TextEncoder2)
    }

    fn parts(model: &ModelIdentifierField, tokenizer: SubModelType, text_encoder: SubModelType) -> Self {
        Self {
            tokenizer: model.part(tokenizer),
            text_encoder: model.part(text_encoder),
            skipped_layers: 0,
            loras: Vec::new(),
        }
    }
}

impl VAEField {
    /// The image encoder and decoder of a main model, as it is.
    pub(crate) fn of(model: &ModelIdentifierField) -> Self {
        Self { vae: model.part(SubModelType::Vae), seamless_axes: Vec::new() }
    }
}
