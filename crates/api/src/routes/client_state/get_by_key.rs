//! One value.

use super::{Key, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_storage::client_state;

/// The value under a key, null when there is none.
#[utoipa::path(operation_id = "get_client_state_by_key", tag = "client_state", params(QueuePath, Key),
    responses((status = 200, body = Option<String>)))]
#[get("/api/v1/client_state/{queue_id}/get_by_key")]
pub(crate) async fn get_by_key(call: Call) -> Result<HttpResponse, ApiError> {
    let Key { key } = call.query()?;
    let value = call.run(move |app, actor| app.database.read(|tx| client_state::find(tx, actor, &key))).await?;
    Ok(json(&value))
}
