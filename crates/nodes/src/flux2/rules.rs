//! Which parts of FLUX.2 go together: Klein and [dev] have other text encoders and other sizes.

use invoke_domain::ModelRecord;
use invoke_graph::NodeError;

fn variant(record: &ModelRecord) -> Option<&str> {
    record.config["variant"].as_str()
}

/// Refuses a LoRA that is known to be made for Klein.
pub(crate) fn lora_for_dev(record: &ModelRecord) -> Result<(), NodeError> {
    require_dev(record)
}

/// Refuses a LoRA that is known to be made for [dev].
pub(crate) fn lora_for_klein(record: &ModelRecord) -> Result<(), NodeError> {
    if variant(record) == Some("dev") { Err(of_other(record, "Klein")) } else { Ok(()) }
}

/// Refuses what is known to belong to Klein.
pub(crate) fn require_dev(record: &ModelRecord) -> Result<(), NodeError> {
    if matches!(variant(record), None | Some("dev")) { Ok(()) } else { Err(of_other(record, "[dev]")) }
}

fn of_other(record: &ModelRecord, wanted: &str) -> NodeError {
    let (name, variant) = (record.name(), variant(record).unwrap_or_default());
    NodeError::value(format!("`{name}` is not for FLUX.2 {wanted}: {variant}"))
}

/// The text encoder that goes with a Klein model.
pub(crate) fn encoder_of(record: &ModelRecord) -> Option<&'static str> {
    match variant(record)? {
        "klein_4b" | "klein_4b_base" => Some("qwen3_4b"),
        "klein_9b" | "klein_9b_base" => Some("qwen3_8b"),
        _ => None,
    }
}

/// Refuses a text encoder that is known not to be the one that is wanted.
pub(crate) fn require_encoder(wanted: Option<&str>, given: Option<&str>) -> Result<(), NodeError> {
    match (wanted, given) {
        (Some(wanted), Some(given)) if wanted != given => {
            Err(NodeError::value(format!("This model needs the text encoder {wanted}: {given}")))
        }
        _ => Ok(()),
    }
}
