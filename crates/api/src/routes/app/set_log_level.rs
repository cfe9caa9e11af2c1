//! Log more or less.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_graph::Problem;
use serde_json::json as value;

/// The levels there are.
const LEVELS: [u8; 6] = [0, 10, 20, 30, 40, 50];

/// Changes the log level until the server ends.
#[utoipa::path(operation_id = "set_log_level", tag = "app",
    request_body(content = i32, content_type = "application/json"),
    responses((status = 200, description = "The operation was successful", body = i32,
        content_type = "application/json")))]
#[post("/api/v1/app/logging")]
pub(crate) async fn set_log_level(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let body = call.any_body().await?;
    let level = body.as_u64().and_then(|number| u8::try_from(number).ok()).filter(|level| LEVELS.contains(level));
    let Some(level) = level else {
        let expected = "0, 10, 20, 30, 40 or 50";
        let problem = Problem::new("enum", &["body".into()], format!("Input should be {expected}"), &body);
        return Err(ApiError::invalid(problem.with(value!({ "expected": expected }))));
    };
    call.app().verbosity.set(level);
    Ok(json(&level))
}
