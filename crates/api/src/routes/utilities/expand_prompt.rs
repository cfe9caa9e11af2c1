//! A longer prompt, by a language model.

use super::language_model;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "there is no language model yet that would take them")]
pub(crate) struct ExpandPromptRequest {
    prompt: String,
    model_key: String,
    #[schema(minimum = 1, maximum = 2048, default = 300)]
    max_tokens: Option<i64>,
    system_prompt: Option<String>,
    /// Seed for reproducible text generation
    #[schema(minimum = 0, maximum = 4_294_967_295_i64)]
    seed: Option<i64>,
    /// Client-supplied task ID used to correlate socket progress events to this request
    task_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExpandPromptResponse {
    expanded_prompt: String,
    seed: i64,
    #[schema(required = false)]
    error: Option<String>,
}

/// Would write a longer prompt; no language model is run yet, and the answer says so.
#[utoipa::path(operation_id = "expand_prompt", tag = "utilities", request_body = ExpandPromptRequest,
    responses((status = 200, body = ExpandPromptResponse), (status = 404, description = "No such model"),
        (status = 501, description = "Language models are not run yet")))]
#[post("/api/v1/utilities/expand-prompt")]
pub(crate) async fn expand_prompt(mut call: Call) -> Result<HttpResponse, ApiError> {
    let asked: ExpandPromptRequest = call.body().await?;
    call.run(move |app, actor| language_model(app, actor, &asked.model_key, "text_llm", "TextLLM")).await?;
    Ok(HttpResponse::NoContent().finish())
}
