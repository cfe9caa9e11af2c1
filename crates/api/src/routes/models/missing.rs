//! Models whose files are gone.

use super::list::ModelsList;
use super::shown::shown;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_model_manager::ModelError;

/// The records of models whose files can not be found.
#[utoipa::path(operation_id = "list_missing_models", tag = "model_manager",
    responses((status = 200, body = ModelsList)))]
#[get("/api/v2/models/missing")]
pub(crate) async fn missing(call: Call) -> Result<HttpResponse, ApiError> {
    let models = call.run(|app, actor| {
        let models = app.models.missing(actor)?;
        Ok::<_, ModelError>(models.into_iter().map(|model| shown(app, model)).collect())
    });
    Ok(json(&ModelsList { models: models.await? }))
}
