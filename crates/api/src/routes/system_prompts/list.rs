//! The system prompts.

use super::PromptDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The system prompts the caller may use, by name.
#[utoipa::path(operation_id = "list_system_prompts", tag = "system_prompts",
    responses((status = 200, body = Vec<PromptDto>)))]
#[get("/api/v1/system_prompts/")]
pub(crate) async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let prompts = call.run(|app, actor| app.system_prompts.list(actor)).await?;
    Ok(json(&prompts.into_iter().map(PromptDto::from).collect::<Vec<_>>()))
}
