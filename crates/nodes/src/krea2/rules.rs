//! What the nodes for Krea-2 share.

use invoke_graph::NodeError;

use crate::Context;
use crate::fields::{BaseModelType, LoRAField};

/// The LoRAs of the denoising network and of the text encoder.
type Parts<'a> = (Option<&'a mut Vec<LoRAField>>, Option<&'a mut Vec<LoRAField>>);

/// Puts a LoRA on both parts; where one has it, the other gets it with that weight.
pub(crate) fn put_on_both(context: &Context, lora: LoRAField, (network, encoder): Parts<'_>) -> Result<(), NodeError> {
    let record = context.host().model(&lora.lora.key)?.record;
    if lora.lora.base != BaseModelType::Krea2 || (record.base(), record.kind()) != ("krea-2", "lora") {
        return Err(NodeError::value(format!("LoRA `{}` is not for Krea-2: {}", record.name(), record.base())));
    }
    let same = |known: &&LoRAField| known.lora.key == lora.lora.key;
    let on = |part: &Option<&mut Vec<LoRAField>>| part.as_ref().and_then(|loras| loras.iter().find(same).cloned());
    let (on_network, on_encoder) = (on(&network), on(&encoder));
    if let (Some(a), Some(b)) = (&on_network, &on_encoder)
        && a.weight != b.weight
    {
        let message = format!("LoRA `{}` has two weights: {} and {}", record.name(), a.weight, b.weight);
        return Err(NodeError::value(message));
    }
    let missing = (on_network.is_none(), on_encoder.is_none());
    let lora = on_network.or(on_encoder).unwrap_or(lora);
    if let (Some(loras), true) = (network, missing.0) {
        loras.push(lora.clone());
    }
    if let (Some(loras), true) = (encoder, missing.1) {
        loras.push(lora);
    }
    Ok(())
}
