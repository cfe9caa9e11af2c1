//! Change settings while the server runs.

use super::ConfigurationDto;
use crate::App;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, patch};
use invoke_graph::Problem;
use invoke_library::SubfolderStrategy;
use invoke_permissions::{Actor, policy};
use invoke_storage::{StorageError, runtime_settings};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Writable generation-related app settings.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = UpdateAppGenerationSettingsRequest)]
#[expect(dead_code, reason = "the values are taken from the body, where null and absent differ")]
pub(crate) struct Changes {
    /// Strategy for organizing images into subfolders.
    #[schema(inline)]
    image_subfolder_strategy: Option<Strategy>,
    /// Keep the last N completed, failed, and canceled queue items on startup. Set to 0 to prune all terminal items.
    #[schema(minimum = 0)]
    max_queue_history: Option<i64>,
    /// Devices to use for parallel generation, `auto` or a list. Takes effect after a restart.
    generation_devices: Option<Value>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Strategy {
    Flat,
    Date,
    Type,
    Hash,
}

/// The keys that may be changed, and whether null means something for them.
const KEYS: [(&str, bool); 3] =
    [("image_subfolder_strategy", false), ("max_queue_history", true), ("generation_devices", false)];

/// Changes settings. They are kept in the database and win over the configuration file, which stays as it is; what an
/// environment variable decides cannot be changed.
#[utoipa::path(operation_id = "update_runtime_config", tag = "app", request_body = Changes,
    responses((status = 200, body = ConfigurationDto),
        (status = 409, description = "An environment variable decides about this setting")))]
#[patch("/api/v1/app/runtime_config")]
pub(crate) async fn update_runtime_config(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let body = call.any_body().await?;
    crate::check::body::<Changes>(Some(body.clone())).map_err(|problems| ApiError::Invalid(literal(problems)))?;
    let changes = changes(&body)?;
    if let Some(devices) = body.get("generation_devices") {
        check_devices(call.app(), devices)?;
    }
    call.run(move |app, actor| apply(app, actor, &changes)).await?;
    Ok(json(&ConfigurationDto::of(call.app())))
}

/// Words of a closed list are called literals here.
fn literal(problems: Vec<Problem>) -> Vec<Problem> {
    let renamed = |mut problem: Problem| {
        if problem.kind == "enum" {
            problem.kind = "literal_error".to_owned();
        }
        problem
    };
    problems.into_iter().map(renamed).collect()
}

/// The keys that were given with their values.
fn changes(body: &Value) -> Result<Vec<(&'static str, Value)>, ApiError> {
    let mut found = Vec::new();
    for (key, nullable) in KEYS {
        let Some(value) = body.get(key) else { continue };
        if value.is_null() && !nullable {
            return Err(ApiError::invalid(Problem::rule(&["body".into()], format!("{key} may not be null"), body)));
        }
        found.push((key, value.clone()));
    }
    Ok(found)
}

/// Whether the machine has these devices.
fn check_devices(app: &App, wanted: &Value) -> Result<(), ApiError> {
    let refused = |sentence: String| Err(ApiError::refused(StatusCode::UNPROCESSABLE_ENTITY, sentence));
    let invalid = |sentence: String| {
        let place = ["body".into(), "generation_devices".into()];
        Err(ApiError::invalid(Problem::rule(&place, sentence, wanted)))
    };
    if wanted == "auto" {
        return Ok(());
    }
    let Some(list) = wanted.as_array() else {
        return invalid("generation_devices must be 'auto' or a list of devices.".to_owned());
    };
    if list.is_empty() {
        let sentence = "generation_devices cannot be an empty list. Use 'auto' or a list of devices.";
        return invalid(sentence.to_owned());
    }
    let cuda = app.devices.iter().filter(|option| option.device.starts_with("cuda")).count();
    for device in list {
        let name = device.as_str().unwrap_or_default();
        let (kind, number) = name.split_once(':').map_or((name, None), |(kind, number)| (kind, Some(number)));
        let is_number = number.is_none_or(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if !(["cuda", "xpu"].contains(&kind) || number.is_none() && ["cpu", "mps"].contains(&kind)) || !is_number {
            let shown = device.as_str().map_or_else(|| device.to_string(), str::to_owned);
            return invalid(format!(
                "Invalid generation device '{shown}'. Valid values are 'auto', 'cpu', 'mps', 'cuda', 'cuda:N', 'xpu', \
                 or 'xpu:N'."
            ));
        }
        let index: usize = number.and_then(|number| number.parse().ok()).unwrap_or_default();
        match kind {
            "cpu" => {}
            "cuda" if cuda == 0 => {
                return refused(format!("generation_devices requested '{name}', but no CUDA device is available."));
            }
            "cuda" if index >= cuda => {
                return refused(format!(
                    "generation_devices requested '{name}', but only {cuda} CUDA device(s) are available."
                ));
            }
            "cuda" => {}
            _ => return refused(format!("generation_devices requested '{name}', but it is not available.")),
        }
    }
    Ok(())
}

fn apply(app: &App, actor: &Actor, changes: &[(&'static str, Value)]) -> Result<(), ApiError> {
    if let Some((key, _)) = changes.iter().find(|(key, _)| app.configuration.read().fixed.contains(*key)) {
        let sentence = format!("`{key}` is set by the environment variable INVOKEAI_{}", key.to_uppercase());
        return Err(ApiError::refused(StatusCode::CONFLICT, sentence));
    }
    let grant = policy::manage_settings(actor)?;
    app.database
        .write(|tx| {
            changes.iter().try_for_each(|(key, value)| runtime_settings::update(tx, &grant, key, &value.to_string()))
        })
        .map_err(|error: StorageError| ApiError::from(error))?;
    let mut configuration = app.configuration.write();
    for (key, value) in changes {
        configuration.values.insert((*key).to_owned(), value.clone());
        configuration.given.insert((*key).to_owned());
        if let ("image_subfolder_strategy", Some(strategy)) = (*key, value.as_str().and_then(SubfolderStrategy::parse))
        {
            app.images.set_subfolder_strategy(strategy);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as value;

    #[test]
    fn null_and_absent_are_told_apart() {
        assert_eq!(changes(&value!({})).unwrap(), []);
        assert_eq!(changes(&value!({ "max_queue_history": null })).unwrap(), [("max_queue_history", Value::Null)]);
        assert!(changes(&value!({ "image_subfolder_strategy": null })).is_err());
        assert!(changes(&value!({ "generation_devices": null })).is_err());
    }
}
