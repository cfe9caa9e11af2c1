//! One system prompt.

use super::{PromptDto, PromptPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_domain::SystemPromptId;

/// A system prompt.
#[utoipa::path(operation_id = "get_system_prompt", tag = "system_prompts", params(PromptPath),
    responses((status = 200, body = PromptDto)))]
#[get("/api/v1/system_prompts/i/{system_prompt_id}")]
pub(crate) async fn get(call: Call) -> Result<HttpResponse, ApiError> {
    let id = SystemPromptId(call.path::<PromptPath>()?.system_prompt_id);
    let prompt = call.run(move |app, actor| app.system_prompts.get(actor, &id)).await?;
    Ok(json(&PromptDto::from(prompt)))
}
