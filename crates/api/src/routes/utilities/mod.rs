//! Small helpers of the pages: prompts and fonts.

pub(crate) mod expand_prompt;
pub(crate) mod font_file;
pub(crate) mod fonts;
pub(crate) mod image_to_prompt;

use crate::App;
use crate::error::ApiError;
use actix_web::http::StatusCode;
use invoke_domain::ModelKey;
use invoke_model_manager::ModelError;
use invoke_permissions::Actor;

/// The kind of a model that should write: says clearly that nothing here runs it.
fn language_model(app: &App, actor: &Actor, key: &str, kind: &str, called: &str) -> Result<(), ApiError> {
    let model = match app.models.get(actor, &ModelKey(key.to_owned())) {
        Err(ModelError::NotFound) => return Err(ApiError::not_found(format!("Model '{key}' not found"))),
        other => other?,
    };
    let found = model.kind();
    if found != kind {
        let sentence = format!("Model '{key}' is not a {called} model (got {found})");
        return Err(ApiError::refused(StatusCode::UNPROCESSABLE_ENTITY, sentence));
    }
    Err(ApiError::refused(StatusCode::NOT_IMPLEMENTED, "This server does not run language models yet"))
}
