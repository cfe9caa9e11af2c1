//! Image services on the internet.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExternalProviderStatusModel {
    /// The external provider identifier
    provider_id: String,
    /// Whether credentials are configured for the provider
    configured: bool,
    /// Optional provider status detail
    message: Option<String>,
}

/// The image services that can be used; there are none yet.
#[utoipa::path(operation_id = "get_external_provider_statuses", tag = "app",
    responses((status = 200, body = Vec<ExternalProviderStatusModel>)))]
#[get("/api/v1/app/external_providers/status")]
pub(crate) async fn provider_statuses(_call: Call) -> Result<HttpResponse, ApiError> {
    Ok(json(&Vec::<ExternalProviderStatusModel>::new()))
}
