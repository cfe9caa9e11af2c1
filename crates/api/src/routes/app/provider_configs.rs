//! How image services on the internet are set up.

use super::ExternalProviderConfigModel;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The image services that can be set up; there are none yet.
#[utoipa::path(operation_id = "get_external_provider_configs", tag = "app",
    responses((status = 200, body = Vec<ExternalProviderConfigModel>)))]
#[get("/api/v1/app/external_providers/config")]
pub(crate) async fn provider_configs(_call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Ok(json(&Vec::<ExternalProviderConfigModel>::new()))
}
