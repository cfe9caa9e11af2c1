//! Change a system prompt.

use super::{PromptDto, PromptPath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, patch};
use invoke_domain::SystemPromptId;
use invoke_library::SystemPromptChanges;
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SystemPromptChanges)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    /// The new name.
    #[schema(min_length = 1)]
    name: Option<String>,
    /// The new content.
    #[schema(min_length = 1)]
    content: Option<String>,
    /// Whether the prompt is shared with all users.
    is_public: Option<bool>,
}

/// Changes a system prompt.
#[utoipa::path(operation_id = "update_system_prompt", tag = "system_prompts", params(PromptPath),
    request_body = Changes, responses((status = 200, body = PromptDto)))]
#[patch("/api/v1/system_prompts/i/{system_prompt_id}")]
pub(crate) async fn update(mut call: Call) -> Result<HttpResponse, ApiError> {
    let id = SystemPromptId(call.path::<PromptPath>()?.system_prompt_id);
    let Changes { name, content, is_public } = call.body().await?;
    let changes = SystemPromptChanges { name, content, is_public };
    let prompt = call.run(move |app, actor| app.system_prompts.update(actor, &id, &changes)).await?;
    Ok(json(&PromptDto::from(prompt)))
}
