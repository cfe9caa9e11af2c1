//! Settings changed while the server ran: environment before these, these before the file, the file before the defaults.

use crate::StartError;
use invoke_api::Configuration;
use invoke_config::{Layer, Settings};
use invoke_storage::{Database, runtime_settings};
use serde_json::Value;
use std::path::Path;

/// The settings with what was changed in earlier runs. What is no longer acceptable is left aside with a warning, since a
/// server that does not start cannot be put right.
pub(crate) fn changed(settings: &Settings, database: &Database) -> Result<Settings, StartError> {
    let mut settings = settings.clone();
    for (key, text) in database.read(runtime_settings::list)? {
        let accepted = serde_json::from_str(&text).is_ok_and(|value: Value| settings.change(&key, &value));
        if !accepted {
            tracing::warn!("a setting that was changed at run time is not acceptable any more: {key} = {text}");
        }
    }
    Ok(settings)
}

/// The configuration as administrators see it.
pub(crate) fn configuration(settings: &Settings) -> Configuration {
    let version = ("schema_version".to_owned(), Value::from("4.0.3"));
    let values = settings.values().into_iter().map(|(key, value)| (key.to_owned(), shown(key, value, &settings.root)));
    let keys = |wanted: &dyn Fn(Layer) -> bool| {
        let given = settings.given.iter().filter(|(_, layer)| wanted(**layer));
        given.map(|(key, _)| (*key).to_owned()).collect()
    };
    Configuration {
        values: std::iter::once(version).chain(values).collect(),
        given: keys(&|_| true),
        fixed: keys(&|layer| layer == Layer::Environment),
    }
}

/// A value as the file would have it: folders below the root without it, and no password of a proxy.
fn shown(key: &str, value: Value, root: &Path) -> Value {
    let Some(text) = value.as_str() else { return value };
    if key == "download_proxy" && text.contains('@') {
        return "**********".into();
    }
    match Path::new(text).strip_prefix(root) {
        Ok(below) if !below.as_os_str().is_empty() => below.display().to_string().into(),
        _ => value,
    }
}
