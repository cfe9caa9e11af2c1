//! What the nodes share that name the parts of models.

use invoke_domain::ModelRecord;
use invoke_graph::{NodeError, OneOrMany, choices};

use crate::Context;
use crate::fields::LoRAField;

choices! {
    /// Tokens of a prompt at most.
    pub enum SequenceLength {
        Short = 256,
        Long = 512,
    }
}

/// Whether a quantised pipeline (SDNQ) has a denoising network, a VAE, a text encoder and these parts.
pub(crate) fn has_parts(record: &ModelRecord, more: &[&str]) -> bool {
    let parts = &record.config["submodels"];
    let has = |part: &&str| parts.get(*part).is_some();
    record.format() == "sdnq_quantized"
        && ["transformer", "vae", "text_encoder", "tokenizer"].iter().chain(more).all(has)
}

/// Whether all parts can be taken from this model.
pub(crate) fn is_pipeline(record: &ModelRecord) -> bool {
    record.format() == "diffusers" || has_parts(record, &[])
}

/// Refuses what [`is_pipeline`] says no to.
pub(crate) fn require_pipeline(record: &ModelRecord) -> Result<(), NodeError> {
    if is_pipeline(record) { Ok(()) } else { Err(no_pipeline(record)) }
}

/// Refuses what is not in the diffusers layout.
pub(crate) fn require_diffusers(record: &ModelRecord) -> Result<(), NodeError> {
    if record.format() == "diffusers" { Ok(()) } else { Err(no_pipeline(record)) }
}

fn no_pipeline(record: &ModelRecord) -> NodeError {
    let (name, format) = (record.name(), record.format());
    NodeError::value(format!("`{name}` is no pipeline that parts can be taken from: {format}"))
}

/// A part is neither chosen nor to be had from a model that was.
pub(crate) fn no_source(part: &str) -> NodeError {
    NodeError::value(format!("There is no {part}: choose one, or a pipeline to take it from"))
}

/// The LoRAs, each once, all of them installed.
pub(crate) fn installed(context: &Context, loras: Option<OneOrMany<LoRAField>>) -> Result<Vec<LoRAField>, NodeError> {
    let mut kept: Vec<LoRAField> = Vec::new();
    for lora in loras.map(OneOrMany::into_vec).unwrap_or_default() {
        if kept.iter().any(|known| known.lora.key == lora.lora.key) {
            continue;
        }
        context.host().model(&lora.lora.key)?;
        kept.push(lora);
    }
    Ok(kept)
}
