//! Whether there is a token for Hugging Face.

use super::hub_login::HFTokenStatus;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// Whether there is a token for Hugging Face that counts.
#[utoipa::path(operation_id = "get_hf_login_status", tag = "model_manager",
    responses((status = 200, description = "Successful Response", body = HFTokenStatus)))]
#[get("/api/v2/models/hf_login")]
pub(crate) async fn hub_login_status(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let login = call.run(|app, actor| app.models.hub_login(actor)).await?;
    Ok(json(&HFTokenStatus::from(login)))
}
