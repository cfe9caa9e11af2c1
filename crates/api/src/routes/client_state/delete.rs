//! Forget everything.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_storage::client_state;

/// Forgets all keys of the account.
#[utoipa::path(operation_id = "delete_client_state", tag = "client_state", params(QueuePath),
    responses((status = 200), (status = 204, description = "Client state deleted")))]
#[post("/api/v1/client_state/{queue_id}/delete")]
pub(crate) async fn delete(call: Call) -> Result<HttpResponse, ApiError> {
    call.run(|app, actor| app.database.write(|tx| client_state::delete_all(tx, actor))).await?;
    Ok(json(&()))
}
