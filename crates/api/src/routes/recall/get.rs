//! What was handed over.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

const NOTE: &str = "Use the frontend to access stored recall parameters, or set specific parameters using POST";

#[derive(Debug, Serialize, ToSchema)]
struct Note {
    status: &'static str,
    queue_id: String,
    note: &'static str,
}

/// A remark, as the reference gives it: the settings themselves are in the client state.
#[utoipa::path(operation_id = "get_recall_parameters", tag = "recall", params(QueuePath),
    responses((status = 200, body = HashMap<String, Value>)))]
#[get("/api/v1/recall/{queue_id}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let QueuePath { queue_id } = call.path()?;
    Ok(json(&Note { status: "success", queue_id, note: NOTE }))
}
