//! Keep a new system prompt.

use super::PromptDto;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SystemPromptWithoutId)]
#[serde(deny_unknown_fields)]
pub(crate) struct New {
    /// The name of the system prompt.
    #[schema(min_length = 1)]
    name: String,
    /// The system prompt content.
    #[schema(min_length = 1)]
    content: String,
}

/// Keeps a system prompt as the caller's own. With several people it is private, else everybody's.
#[utoipa::path(operation_id = "create_system_prompt", tag = "system_prompts", request_body = New,
    responses((status = 200, body = PromptDto)))]
#[post("/api/v1/system_prompts/")]
pub(crate) async fn create(mut call: Call) -> Result<HttpResponse, ApiError> {
    let New { name, content } = call.body().await?;
    let prompt = call.run(move |app, actor| app.system_prompts.create(actor, name, content)).await?;
    Ok(json(&PromptDto::from(prompt)))
}
