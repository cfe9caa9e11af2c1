//! Forget how an image service on the internet was set up.

use super::{ExternalProviderConfigModel, ProviderPath, unknown_provider};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::{HttpResponse, delete};

/// Forgets how an image service was set up; there are none yet, so none is known.
#[utoipa::path(operation_id = "reset_external_provider_config", tag = "app", params(ProviderPath),
    responses((status = 200, body = ExternalProviderConfigModel), (status = 404, description = "No such provider")))]
#[delete("/api/v1/app/external_providers/config/{provider_id}")]
pub(crate) async fn reset_provider(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let ProviderPath { provider_id } = call.path()?;
    Err(unknown_provider(&provider_id))
}
