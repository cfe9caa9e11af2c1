//! Models in a folder of the server's machine.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Folder {
    /// Directory path to search for models
    scan_path: Option<String>,
}

/// A model that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FoundModel {
    /// Path to the model
    path: String,
    /// Whether or not the model is already installed
    is_installed: bool,
}

/// The models in a folder and below it, and which of them are installed.
#[utoipa::path(operation_id = "scan_for_models", tag = "model_manager", params(Folder),
    responses((status = 200, description = "Directory scanned successfully", body = Vec<FoundModel>),
        (status = 400, description = "Invalid directory path")))]
#[get("/api/v2/models/scan_folder")]
pub(crate) async fn scan_folder(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Folder { scan_path } = call.query()?;
    let found = call.run(move |app, actor| app.models.scan(actor, scan_path.as_deref())).await?;
    let found = found
        .into_iter()
        .map(|model| FoundModel { path: model.path.display().to_string(), is_installed: model.installed });
    Ok(json(&found.collect::<Vec<_>>()))
}
