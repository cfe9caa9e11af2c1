//! Whether holes can be filled by PatchMatch.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde_json::Value;

/// The node that fills holes so.
const NODE: &str = "infill_patchmatch";

/// Whether there is a node that fills holes by PatchMatch, and the configuration allows it.
#[utoipa::path(operation_id = "get_patchmatch_status", tag = "app", responses((status = 200, body = bool)))]
#[get("/api/v1/app/patchmatch_status")]
pub(crate) async fn patchmatch(call: Call) -> Result<HttpResponse, ApiError> {
    let app = call.app();
    let allowed = app.configuration.read().values.get("patchmatch") == Some(&Value::Bool(true));
    Ok(json(&(allowed && app.queue.catalogue().node(NODE).is_some())))
}
