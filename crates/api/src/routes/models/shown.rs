//! A model's record as clients see it: with the address of its cover.

use crate::App;
use invoke_domain::ModelRecord;
use serde_json::Value;

/// The record with `cover_image`. The end of the address differs when the cover does, so that no browser shows an old one.
pub(super) fn shown(app: &App, model: ModelRecord) -> Value {
    let version = app.models.cover_version(&model.key);
    let cover = version.map(|version| format!("api/v2/models/i/{}/image?{version}", model.key));
    let mut config = model.config;
    if let Some(fields) = config.as_object_mut() {
        fields.insert("cover_image".to_owned(), cover.into());
    }
    config
}
