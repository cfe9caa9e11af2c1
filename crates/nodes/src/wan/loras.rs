//! Which network of Wan a LoRA changes: the models of 14 billion parameters have two, for much noise and for little.

use invoke_domain::ModelRecord;
use invoke_graph::{NodeError, choices};

use super::is_small;
use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, WanTransformerField};

choices! {
    /// Which networks a LoRA changes.
    pub enum WanLoraTarget {
        Auto = "auto",
        Both = "both",
        High = "high",
        Low = "low",
    }
}

/// The record of a LoRA; refuses what is none for Wan, whatever the identifier says.
pub(crate) fn lora_for_wan(context: &Context, lora: &ModelIdentifierField) -> Result<ModelRecord, NodeError> {
    let record = context.host().model(&lora.key)?.record;
    if (record.base(), record.kind()) != ("wan", "lora") {
        return Err(NodeError::value(format!("`{}` is no LoRA for Wan: {}", record.name(), record.base())));
    }
    Ok(record)
}

/// Puts a LoRA on the networks it is meant for.
pub(crate) fn put_on(
    context: &Context,
    transformer: &mut WanTransformerField,
    lora: &LoRAField,
    record: &ModelRecord,
    target: WanLoraTarget,
) -> Result<(), NodeError> {
    let main = context.host().model(&transformer.transformer.key)?.record;
    if let (Some(size), Some(_)) = (record.config["variant"].as_str(), main.config["variant"].as_str())
        && (size == "5b") != is_small(&main)
    {
        return Err(NodeError::value(format!("LoRA `{}` is for Wan models of another size: {size}", record.name())));
    }
    let target = match (target, record.config["expert"].as_str()) {
        (WanLoraTarget::Auto, Some("high")) => WanLoraTarget::High,
        (WanLoraTarget::Auto, Some("low")) => WanLoraTarget::Low,
        (WanLoraTarget::Auto, _) => WanLoraTarget::Both,
        (target, _) => target,
    };
    // The small model has one network: what is meant for little noise would do nothing.
    let only_low = target == WanLoraTarget::Low && !is_small(&main);
    let both = target == WanLoraTarget::Both;
    let has = |loras: &[LoRAField]| loras.iter().any(|known| known.lora.key == lora.lora.key);
    if (!only_low && has(&transformer.loras)) || ((only_low || both) && has(&transformer.loras_low_noise)) {
        return Err(NodeError::value(format!("LoRA \"{}\" already applied to transformer", lora.lora.key)));
    }
    if !only_low {
        transformer.loras.push(lora.clone());
    }
    if only_low || both {
        transformer.loras_low_noise.push(lora.clone());
    }
    Ok(())
}
