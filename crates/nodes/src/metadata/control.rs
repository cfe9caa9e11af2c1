//! Controls that metadata names, as edges carry them.

use invoke_graph::{NodeError, OneOrMany};
use serde_json::{Map, Value};

use super::models::{identifier, key_of, list_at};
use super::rules::fitting;
use crate::Context;
use crate::conditioning::ip_adapter::{ClipVision, IpAdapterWay};
use crate::conditioning::{check_influence, image_encoder, target_blocks};
use crate::fields::{ControlField, IPAdapterField, ModelType, T2IAdapterField};

/// What is given, and after it what the node's metadata lists at `label`.
pub(crate) fn extended<T>(
    context: &Context,
    label: &str,
    given: Option<OneOrMany<T>>,
    read: impl Fn(&Context, &Value) -> Result<T, NodeError>,
) -> Result<OneOrMany<T>, NodeError> {
    let named = list_at(context, label)?;
    match given {
        // One alone stays one.
        Some(one @ OneOrMany::One(_)) if named.is_empty() => Ok(one),
        given => {
            let mut all = given.map(OneOrMany::into_vec).unwrap_or_default();
            for value in &named {
                all.push(read(context, value)?);
            }
            Ok(OneOrMany::Many(all))
        }
    }
}

/// The fields of `named` that must be there, and its model.
fn fields(
    context: &Context,
    named: &Value,
    (place, kind): (&str, ModelType),
    names: &[&str],
) -> Result<Map<String, Value>, NodeError> {
    let key = key_of(context, named.get(place), kind)?.unwrap_or_default();
    let model = identifier(context, &key)?;
    let mut fields = Map::new();
    for name in names {
        let value = named.get(name).ok_or_else(|| NodeError::new("KeyError", format!("'{name}'")))?;
        fields.insert((*name).to_owned(), value.clone());
    }
    let model = serde_json::to_value(model).map_err(|error| NodeError::value(error.to_string()))?;
    fields.insert(place.to_owned(), model);
    Ok(fields)
}

pub(crate) fn control(context: &Context, named: &Value) -> Result<ControlField, NodeError> {
    let names = ["image", "control_weight", "begin_step_percent", "end_step_percent", "control_mode", "resize_mode"];
    let fields = fields(context, named, ("control_model", ModelType::Controlnet), &names)?;
    let control: ControlField = fitting(Value::Object(fields))?;
    check_influence(&control.control_weight, control.begin_step_percent, control.end_step_percent)?;
    Ok(control)
}

pub(crate) fn t2i_adapter(context: &Context, named: &Value) -> Result<T2IAdapterField, NodeError> {
    let names = ["image", "weight", "begin_step_percent", "end_step_percent", "resize_mode"];
    let fields = fields(context, named, ("t2i_adapter_model", ModelType::T2iAdapter), &names)?;
    let adapter: T2IAdapterField = fitting(Value::Object(fields))?;
    check_influence(&adapter.weight, adapter.begin_step_percent, adapter.end_step_percent)?;
    Ok(adapter)
}

/// As in the reference, with the encoder and the way that are its defaults, whatever the metadata says of them.
pub(crate) fn ip_adapter(context: &Context, named: &Value) -> Result<IPAdapterField, NodeError> {
    let names = ["image", "weight", "begin_step_percent", "end_step_percent"];
    let mut fields = fields(context, named, ("ip_adapter_model", ModelType::IpAdapter), &names)?;
    let key = fields["ip_adapter_model"]["key"].as_str().unwrap_or_default().to_owned();
    let record = context.host().model(&key)?.record;
    let encoder = image_encoder(context, &record, ClipVision::VitH)?;
    let encoder = serde_json::to_value(encoder).map_err(|error| NodeError::value(error.to_string()))?;
    fields.insert("image_encoder_model".to_owned(), encoder);
    fields.insert("target_blocks".to_owned(), target_blocks(IpAdapterWay::Full, record.base())?.into());
    let adapter: IPAdapterField = fitting(Value::Object(fields))?;
    check_influence(&adapter.weight, adapter.begin_step_percent, adapter.end_step_percent)?;
    Ok(adapter)
}
