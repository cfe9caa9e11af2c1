//! Delete a system prompt.

use super::PromptPath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_domain::SystemPromptId;

/// Deletes a system prompt.
#[utoipa::path(operation_id = "delete_system_prompt", tag = "system_prompts", params(PromptPath),
    responses((status = 200)))]
#[delete("/api/v1/system_prompts/i/{system_prompt_id}")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = SystemPromptId(call.path::<PromptPath>()?.system_prompt_id);
    call.run(move |app, actor| app.system_prompts.delete(actor, &id)).await?;
    Ok(json(&()))
}
