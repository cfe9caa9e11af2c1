//! Forget one value.

use super::{Key, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_storage::client_state;

/// Forgets a key.
#[utoipa::path(operation_id = "delete_client_state_by_key", tag = "client_state", params(QueuePath, Key),
    responses((status = 200), (status = 204, description = "Client state key deleted")))]
#[post("/api/v1/client_state/{queue_id}/delete_by_key")]
pub(crate) async fn delete_by_key(call: Call) -> Result<HttpResponse, ApiError> {
    let Key { key } = call.query()?;
    call.run(move |app, actor| app.database.write(|tx| client_state::delete(tx, actor, &key))).await?;
    Ok(json(&()))
}
