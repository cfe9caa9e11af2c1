//! What a repository of Hugging Face holds.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_model_manager::{HubError, ModelError};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Repository {
    /// Hugging face repo to search for models
    hugging_face_repo: Option<String>,
}

/// The models of a repository.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HuggingFaceModels {
    /// URLs for all checkpoint format models in the metadata
    urls: Option<Vec<String>>,
    /// Whether the metadata is for a Diffusers format model
    is_diffusers: bool,
}

/// The models of a repository: the addresses of single files, or that its folder as a whole is one.
#[utoipa::path(operation_id = "get_hugging_face_models", tag = "model_manager", params(Repository),
    responses((status = 200, description = "Hugging Face repo scanned successfully", body = HuggingFaceModels),
        (status = 400, description = "Invalid hugging face repo")))]
#[get("/api/v2/models/hugging_face")]
pub(crate) async fn hub_repository(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Repository { hugging_face_repo } = call.query()?;
    let id = hugging_face_repo.unwrap_or_default();
    let found = call.run(move |app, actor| match app.models.hub_repository(actor, &id) {
        Err(ModelError::Hub(HubError::NotFound(_) | HubError::BadName(_))) => Ok(None),
        other => other.map(Some),
    });
    let repository = found.await?.ok_or_else(|| ApiError::bad_request("No HuggingFace repository found".to_owned()))?;
    Ok(json(&HuggingFaceModels { urls: repository.checkpoints(), is_diffusers: repository.is_diffusers }))
}
