//! Hand settings to one's page.

use super::QueuePath;
use super::parameters::{
    ControlNetRecallParameter, IPAdapterRecallParameter, LISTS, LoRARecallParameter, RecallParameter,
    ReferenceImageRecallParameter,
};
use crate::App;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_domain::{ImageName, QueueId};
use invoke_events::Event;
use invoke_library::LibraryError;
use invoke_model_manager::{ModelOrder, ModelQuery};
use invoke_permissions::Actor;
use invoke_storage::{StorageError, client_state};
use serde::Deserialize;
use serde_json::{Map, Value, json as value};
use std::collections::HashMap;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct How {
    /// When true, parameters not included in the request are reset to their defaults (cleared).
    #[serde(default)]
    #[param(default = false)]
    strict: bool,
    /// When true, recalled reference images are appended to the frontend's instead of replacing them.
    #[serde(default)]
    #[param(default = false)]
    append: bool,
}

/// Keeps settings in the caller's client state and tells the caller's pages to take them over. Names of models become keys;
/// what names a model or a picture that is not there is left out.
#[utoipa::path(operation_id = "update_recall_parameters", tag = "recall", params(QueuePath, How),
    request_body = RecallParameter, responses((status = 200, body = HashMap<String, Value>)))]
#[post("/api/v1/recall/{queue_id}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let (QueuePath { queue_id }, how): (QueuePath, How) = (call.path()?, call.query()?);
    let asked: RecallParameter = call.body().await?;
    if how.strict && how.append {
        let sentence = "The 'strict' and 'append' query parameters are mutually exclusive";
        return Err(ApiError::bad_request(sentence));
    }
    let answer = call.run(move |app, actor| hand_over(app, actor, queue_id, &how, &asked)).await?;
    Ok(json(&answer))
}

fn hand_over(
    app: &App,
    actor: &Actor,
    queue_id: String,
    how: &How,
    asked: &RecallParameter,
) -> Result<Value, ApiError> {
    let pictures = Pictures::of(app, actor, asked)?;
    let mut given = given(asked, how.strict)?;
    if given.is_empty() {
        return Ok(value!({ "status": "no_parameters_provided", "updated_count": 0 }));
    }
    app.database
        .write(|tx| {
            given.iter().try_for_each(|(key, given)| {
                client_state::insert(tx, actor, &format!("recall_{key}"), &given.to_string())
            })
        })
        .map_err(|error: StorageError| ApiError::from(error))?;
    let count = given.len();
    if let Some(name) = &asked.model {
        match model(app, name, &["main"])? {
            Some(key) => given.insert("model".to_owned(), key.into()),
            None => given.shift_remove("model"),
        };
    }
    let mut put = |key: &str, list: Result<Vec<Value>, ApiError>| {
        given.insert(key.to_owned(), list?.into());
        Ok::<_, ApiError>(())
    };
    if let Some(loras) = &asked.loras {
        put("loras", loras.iter().filter_map(|wanted| lora(app, wanted).transpose()).collect())?;
    }
    if let Some(layers) = &asked.control_layers {
        put(
            "control_layers",
            layers.iter().filter_map(|wanted| control(app, &pictures, wanted).transpose()).collect(),
        )?;
    }
    if let Some(adapters) = &asked.ip_adapters {
        put("ip_adapters", adapters.iter().filter_map(|wanted| adapter(app, &pictures, wanted).transpose()).collect())?;
    }
    if let Some(images) = &asked.reference_images {
        let known = images.iter().filter_map(|wanted| reference(&pictures, wanted));
        put("reference_images", Ok(known.collect()))?;
    }
    if how.append {
        given.insert("append".to_owned(), true.into());
    }
    app.bus.send(Event::ParametersRecalled {
        queue_id: QueueId(queue_id.clone()),
        user_id: actor.user_id().clone(),
        parameters: given.clone(),
    });
    Ok(value!({ "status": "success", "queue_id": queue_id, "updated_count": count, "parameters": given }))
}

/// The settings that count: those that were given, or all of them when the others are to be cleared.
fn given(asked: &RecallParameter, strict: bool) -> Result<Map<String, Value>, ApiError> {
    let all = serde_json::to_value(asked).map_err(|error| ApiError::internal("writing settings", &error))?;
    let all = all.as_object().cloned().unwrap_or_default();
    if !strict {
        return Ok(all.into_iter().filter(|(_, value)| !value.is_null()).collect());
    }
    let cleared = |(key, value): (String, Value)| {
        let value = if value.is_null() && LISTS.contains(&key.as_str()) { value!([]) } else { value };
        (key, value)
    };
    Ok(all.into_iter().map(cleared).collect())
}

/// The key of the first installed model of this name and one of these kinds, the kinds in order.
fn model(app: &App, name: &str, kinds: &[&str]) -> Result<Option<String>, ApiError> {
    for kind in kinds {
        let query = ModelQuery { name: Some(name.to_owned()), kind: Some((*kind).to_owned()), ..ModelQuery::default() };
        if let Some(found) = app.models.list(&query, ModelOrder::Default, false)?.into_iter().next() {
            return Ok(Some(found.key.0));
        }
    }
    Ok(None)
}

/// The pictures that are named, as far as they are there: name, width, height.
struct Pictures(HashMap<String, Value>);

impl Pictures {
    /// Refuses names of pictures that the actor may not see, also when there are none of that name.
    fn of(app: &App, actor: &Actor, asked: &RecallParameter) -> Result<Self, ApiError> {
        let layers = asked.control_layers.iter().flatten().filter_map(|layer| layer.image_name.as_ref());
        let adapters = asked.ip_adapters.iter().flatten().filter_map(|adapter| adapter.image_name.as_ref());
        let references = asked.reference_images.iter().flatten().map(|reference| &reference.image_name);
        let mut found = HashMap::new();
        for name in layers.chain(adapters).chain(references) {
            match app.images.get(actor, &ImageName(name.clone())) {
                Ok(image) => {
                    let about = value!({ "image_name": name, "width": image.width, "height": image.height });
                    found.insert(name.clone(), about);
                }
                // Administrators see everything, so what they do not find is not there.
                Err(LibraryError::ImageNotFound { .. }) if actor.is_admin() => {}
                Err(LibraryError::ImageNotFound { .. } | LibraryError::Denied(_)) => {
                    return Err(ApiError::forbidden(format!("Not authorized to access image {name}")));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Self(found))
    }
}

/// An object of the fields that are something.
fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(given.map(|(key, value)| (key.to_owned(), value)).collect())
}

fn lora(app: &App, wanted: &LoRARecallParameter) -> Result<Option<Value>, ApiError> {
    let key = model(app, &wanted.model_name, &["lora"])?;
    Ok(key.map(|key| value!({ "model_key": key, "weight": wanted.weight, "is_enabled": wanted.is_enabled })))
}

fn control(app: &App, pictures: &Pictures, wanted: &ControlNetRecallParameter) -> Result<Option<Value>, ApiError> {
    let key = model(app, &wanted.model_name, &["controlnet", "t2i_adapter", "lora"])?;
    Ok(key.map(|key| {
        object([
            ("model_key", key.into()),
            ("weight", wanted.weight.into()),
            ("image", pictures.named(wanted.image_name.as_ref())),
            ("begin_step_percent", wanted.begin_step_percent.into()),
            ("end_step_percent", wanted.end_step_percent.into()),
            ("control_mode", value!(wanted.control_mode)),
        ])
    }))
}

fn adapter(app: &App, pictures: &Pictures, wanted: &IPAdapterRecallParameter) -> Result<Option<Value>, ApiError> {
    let key = model(app, &wanted.model_name, &["ip_adapter", "flux_redux"])?;
    Ok(key.map(|key| {
        object([
            ("model_key", key.into()),
            ("weight", wanted.weight.into()),
            ("image", pictures.named(wanted.image_name.as_ref())),
            ("begin_step_percent", wanted.begin_step_percent.into()),
            ("end_step_percent", wanted.end_step_percent.into()),
            ("method", value!(wanted.method)),
            ("image_influence", value!(wanted.image_influence)),
        ])
    }))
}

fn reference(pictures: &Pictures, wanted: &ReferenceImageRecallParameter) -> Option<Value> {
    Some(value!({ "image": pictures.0.get(&wanted.image_name)? }))
}

impl Pictures {
    /// What is known about a picture; null when there is none.
    fn named(&self, name: Option<&String>) -> Value {
        name.and_then(|name| self.0.get(name)).cloned().unwrap_or_default()
    }
}
