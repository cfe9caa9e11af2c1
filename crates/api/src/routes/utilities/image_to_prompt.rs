//! A prompt for a picture, by a language model.

use super::language_model;
use crate::call::Call;
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_domain::ImageName;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[expect(dead_code, reason = "there is no language model yet that would take them")]
pub(crate) struct ImageToPromptRequest {
    image_name: String,
    model_key: String,
    #[schema(default = "Describe this image in detail for use as an AI image generation prompt.")]
    instruction: Option<String>,
    /// Client-supplied task ID used to correlate socket progress events to this request
    task_id: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImageToPromptResponse {
    prompt: String,
    #[schema(required = false)]
    error: Option<String>,
}

/// Would describe a picture; no language model is run yet, and the answer says so.
#[utoipa::path(operation_id = "image_to_prompt", tag = "utilities", request_body = ImageToPromptRequest,
    responses((status = 200, body = ImageToPromptResponse), (status = 404, description = "No such model or image"),
        (status = 501, description = "Language models are not run yet")))]
#[post("/api/v1/utilities/image-to-prompt")]
pub(crate) async fn image_to_prompt(mut call: Call) -> Result<HttpResponse, ApiError> {
    let asked: ImageToPromptRequest = call.body().await?;
    call.run(move |app, actor| {
        app.images.get(actor, &ImageName(asked.image_name))?;
        language_model(app, actor, &asked.model_key, "llava_onevision", "LLaVA OneVision")
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
