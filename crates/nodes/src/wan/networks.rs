//! The one or two networks of a Wan model, and what goes with them.

use invoke_domain::ModelRecord;
use invoke_graph::NodeError;

use crate::fields::{ModelIdentifierField, SubModelType, WanTransformerField};

fn variant(record: &ModelRecord) -> Option<&str> {
    record.config["variant"].as_str()
}

/// Whether it is the model of 5 billion parameters, with one network and latents of its own.
pub(crate) fn is_small(record: &ModelRecord) -> bool {
    variant(record) == Some("ti2v_5b")
}

/// Refuses what is no main model of Wan.
pub(crate) fn require_main(record: &ModelRecord) -> Result<(), NodeError> {
    if (record.base(), record.kind()) == ("wan", "main") {
        Ok(())
    } else {
        Err(NodeError::value(format!("`{}` is no main model of Wan: {}", record.name(), record.base())))
    }
}

/// Refuses a VAE that is not for Wan, or not for the latents of `main`.
pub(crate) fn require_vae(record: &ModelRecord, main: &ModelRecord) -> Result<(), NodeError> {
    if (record.base(), record.kind()) != ("wan", "vae") {
        return Err(NodeError::value(format!("`{}` is no VAE for Wan: {}", record.name(), record.base())));
    }
    let channels = if is_small(main) { 48 } else { 16 };
    if record.config["latent_channels"] == channels { Ok(()) } else { Err(other_latents()) }
}

/// A VAE for the other of the two kinds of latents.
pub(crate) fn other_latents() -> NodeError {
    NodeError::value("This VAE is for other latents: the model of 5 billion parameters has 48 channels, the others 16")
}

/// Down to which share of the noise the first network works, where no record says so.
fn usual_boundary(main: &ModelRecord) -> f64 {
    if variant(main) == Some("i2v_a14b") { 0.9 } else { 0.875 }
}

fn networks(
    first: ModelIdentifierField,
    second: Option<ModelIdentifierField>,
    boundary_ratio: f64,
) -> WanTransformerField {
    WanTransformerField {
        transformer: first,
        transformer_low_noise: second,
        loras: Vec::new(),
        loras_low_noise: Vec::new(),
        boundary_ratio,
    }
}

/// The networks of a model in the diffusers layout.
pub(crate) fn networks_of_pipeline(model: &ModelIdentifierField, main: &ModelRecord) -> WanTransformerField {
    let two = main.config["has_dual_expert"] == true;
    let recorded = main.config["boundary_ratio"].as_f64().filter(|_| two);
    let second = two.then(|| model.part(SubModelType::Transformer2));
    networks(model.part(SubModelType::Transformer), second, recorded.unwrap_or_else(|| usual_boundary(main)))
}

/// The networks of a model that is one file, or two.
pub(crate) fn networks_of_files(
    model: &ModelIdentifierField,
    main: &ModelRecord,
    low: Option<(&ModelIdentifierField, ModelRecord)>,
    pipeline: Option<&ModelRecord>,
) -> Result<WanTransformerField, NodeError> {
    let recorded = pipeline.filter(|record| variant(record) == variant(main));
    let recorded = recorded.and_then(|record| record.config["boundary_ratio"].as_f64());
    let boundary = recorded.unwrap_or_else(|| usual_boundary(main));
    let own = model.part(SubModelType::Transformer);
    let Some((low, record)) = low.filter(|_| !is_small(main)) else { return Ok(networks(own, None, boundary)) };
    if low.key == model.key {
        return Err(NodeError::value(format!("`{}` is chosen for both networks", main.name())));
    }
    require_main(&record)?;
    if !matches!(record.format(), "gguf_quantized" | "checkpoint") {
        return Err(NodeError::value(format!("`{}` is no single file: {}", record.name(), record.format())));
    }
    if variant(&record) != variant(main) {
        return Err(NodeError::value(format!("`{}` and `{}` are of different variants", main.name(), record.name())));
    }
    let (first, second) = (main.config["expert"].as_str(), record.config["expert"].as_str());
    if first == second && matches!(first, Some("high" | "low")) {
        return Err(NodeError::value(format!("`{}` and `{}` are for the same noise", main.name(), record.name())));
    }
    let low = low.part(SubModelType::Transformer);
    // What the files' names say counts more than where they were put.
    let swapped = first == Some("low") || second == Some("high");
    Ok(if swapped { networks(low, Some(own), boundary) } else { networks(own, Some(low), boundary) })
}
