//! Models that metadata names, found among those installed.

use invoke_graph::NodeError;
use serde_json::Value;

use super::rules::{given, identifier_of, python_float};
use crate::Context;
use crate::fields::{LoRAField, ModelIdentifierField, ModelType};

/// The key of the installed model a value of metadata means: by its key, else by its name.
pub(crate) fn key_of(context: &Context, named: Option<&Value>, kind: ModelType) -> Result<Option<String>, NodeError> {
    let Some(Value::Object(named)) = named else { return Ok(None) };
    if let Some(key) = named.get("key").and_then(Value::as_str)
        && is_installed(context, key)?
    {
        return Ok(Some(key.to_owned()));
    }
    for name in ["name", "model_name"] {
        if let Some(name) = named.get(name).and_then(Value::as_str) {
            let found = context.host().find_models(name, kind.as_str())?;
            if let Some(record) = found.first() {
                return Ok(Some(record.key.as_str().to_owned()));
            }
        }
    }
    Ok(None)
}

fn is_installed(context: &Context, key: &str) -> Result<bool, NodeError> {
    match context.host().model(key) {
        Ok(_) => Ok(true),
        Err(error) if error.kind == "UnknownModelException" => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// An installed model as edges carry it.
pub(crate) fn identifier(context: &Context, key: &str) -> Result<ModelIdentifierField, NodeError> {
    identifier_of(&context.host().model(key)?.record)
}

/// The installed LoRAs that the node's metadata lists at `label`; the model of each lies at the first of `places` that
/// names one.
pub(crate) fn loras_at(context: &Context, label: &str, places: &[&str]) -> Result<Vec<LoRAField>, NodeError> {
    let mut loras = Vec::new();
    for named in list_at(context, label)? {
        let mut key = None;
        for place in places {
            if key.is_none() {
                key = key_of(context, named.get(place), ModelType::Lora)?;
            }
        }
        let Some(key) = key else { continue };
        let weight = named.get("weight").ok_or_else(|| NodeError::new("KeyError", "'weight'"))?;
        loras.push(LoRAField { lora: identifier(context, &key)?, weight: python_float(weight)? });
    }
    Ok(loras)
}

/// The list that the node's metadata has at `label`, empty where it has none.
pub(crate) fn list_at(context: &Context, label: &str) -> Result<Vec<Value>, NodeError> {
    match given(context).remove(label) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(NodeError::new("TypeError", format!("metadata has no list at `{label}`"))),
    }
}

/// Adds those LoRAs to a part that it does not have yet.
pub(crate) fn add_missing(loras: Option<&mut Vec<LoRAField>>, more: &[LoRAField]) {
    let Some(loras) = loras else { return };
    for lora in more {
        if loras.iter().all(|known| known.lora.key != lora.lora.key) {
            loras.push(lora.clone());
        }
    }
}
