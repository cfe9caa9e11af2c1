//! Set up an image service on the internet.

use super::{ExternalProviderConfigModel, ProviderPath, unknown_provider};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "there is no service yet that would take them")]
pub(crate) struct ExternalProviderConfigUpdate {
    /// API key for the external provider
    api_key: Option<String>,
    /// Optional base URL override for the provider
    base_url: Option<String>,
}

/// Sets up an image service; there are none yet, so none is known.
#[utoipa::path(operation_id = "set_external_provider_config", tag = "app", params(ProviderPath),
    request_body = ExternalProviderConfigUpdate,
    responses((status = 200, body = ExternalProviderConfigModel), (status = 404, description = "No such provider")))]
#[post("/api/v1/app/external_providers/config/{provider_id}")]
pub(crate) async fn set_provider(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let ProviderPath { provider_id } = call.path()?;
    call.body::<ExternalProviderConfigUpdate>().await?;
    Err(unknown_provider(&provider_id))
}
