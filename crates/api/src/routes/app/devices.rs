//! What this machine can compute with.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// A device that may be selected for generation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GenerationDeviceOption {
    /// The device identifier, e.g. 'cuda:0', 'mps', or 'cpu'
    device: String,
    /// Human-readable device name
    name: String,
}

/// The devices that `generation_devices` may name.
#[utoipa::path(operation_id = "get_generation_device_options", tag = "app",
    responses((status = 200, body = Vec<GenerationDeviceOption>)))]
#[get("/api/v1/app/generation_device_options")]
pub(crate) async fn devices(call: Call) -> Result<HttpResponse, ApiError> {
    let devices = call.app().devices.iter();
    let options =
        devices.map(|option| GenerationDeviceOption { device: option.device.clone(), name: option.name.clone() });
    Ok(json(&options.collect::<Vec<_>>()))
}
