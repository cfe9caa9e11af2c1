//! Forget the token for Hugging Face.

use super::hub_login::HFTokenStatus;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};

/// Forgets the token for Hugging Face.
#[utoipa::path(operation_id = "reset_hf_token", tag = "model_manager",
    responses((status = 200, description = "Successful Response", body = HFTokenStatus)))]
#[delete("/api/v2/models/hf_login")]
pub(crate) async fn hub_sign_out(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let login = call.run(|app, actor| app.models.hub_sign_out(actor)).await?;
    Ok(json(&HFTokenStatus::from(login)))
}
