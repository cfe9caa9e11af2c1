//! Keep a token for Hugging Face.

use super::hub_login::HFTokenStatus;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use serde::Deserialize;
use utoipa::ToSchema;

/// A token.
#[derive(Deserialize, ToSchema)]
#[schema(as = Body_do_hf_login)]
pub(crate) struct Token {
    /// Hugging Face token to use for login
    token: String,
}

/// Keeps a token for Hugging Face, if the hub knows it.
#[utoipa::path(operation_id = "do_hf_login", tag = "model_manager", request_body = Token,
    responses((status = 200, description = "Successful Response", body = HFTokenStatus)))]
#[post("/api/v2/models/hf_login")]
pub(crate) async fn hub_sign_in(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let Token { token } = call.body().await?;
    let login = call.run(move |app, actor| app.models.hub_sign_in(actor, &token)).await?;
    Ok(json(&HFTokenStatus::from(login)))
}
