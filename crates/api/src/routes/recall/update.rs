//! Hand settings to one's page.

use super::QueuePath;
use super::parameters::{LISTS, RecallParameter};
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

/// The lists whose entries name models or pictures, and the kinds of model each may name, in order.
const NAMING: [(&str, &[&str]); 4] = [
    ("loras", &["lora"]),
    ("control_layers", &["controlnet", "t2i_adapter", "lora"]),
    ("ip_adapters", &["ip_adapter", "flux_redux"]),
    ("reference_images", &[]),
];

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
        match model(app, actor, name, &["main"])? {
            Some(key) => given.insert("model".to_owned(), key.into()),
            None => given.shift_remove("model"),
        };
    }
    for (list, kinds) in NAMING {
        if let Some(Value::Array(entries)) = given.get_mut(list) {
            let known = entries.drain(..).map(|wanted| resolved(app, actor, &pictures, kinds, wanted));
            *entries = known.filter_map(Result::transpose).collect::<Result<_, _>>()?;
        }
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
fn model(app: &App, actor: &Actor, name: &str, kinds: &[&str]) -> Result<Option<String>, ApiError> {
    for kind in kinds {
        let query = ModelQuery { name: Some(name.to_owned()), kind: Some((*kind).to_owned()), ..ModelQuery::default() };
        if let Some(found) = app.models.list(actor, &query, ModelOrder::Default, false)?.into_iter().next() {
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

/// An entry with the key of its model and what is known about its picture in the place of their names. Nothing when that
/// model, or the picture of an entry without model, is not there.
fn resolved(
    app: &App,
    actor: &Actor,
    pictures: &Pictures,
    kinds: &[&str],
    wanted: Value,
) -> Result<Option<Value>, ApiError> {
    let Value::Object(mut fields) = wanted else { return Ok(None) };
    if let Some(name) = fields.shift_remove("image_name") {
        let picture = name.as_str().and_then(|name| pictures.0.get(name));
        fields.insert("image".to_owned(), picture.cloned().unwrap_or_default());
    }
    let stands_for = match fields.shift_remove("model_name") {
        Some(name) => {
            let key = model(app, actor, name.as_str().unwrap_or_default(), kinds)?.map(Value::from).unwrap_or_default();
            fields.insert("model_key".to_owned(), key);
            "model_key"
        }
        None => "image",
    };
    fields.retain(|_, value| !value.is_null());
    Ok(fields.contains_key(stands_for).then_some(Value::Object(fields)))
}
