//! Remember one value.

use super::{Key, QueuePath};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_storage::client_state;

/// Puts a text under a key and answers it. The official pages send it as plain text.
#[utoipa::path(operation_id = "set_client_state", tag = "client_state", params(QueuePath, Key),
    request_body = String, responses((status = 200, body = String)))]
#[post("/api/v1/client_state/{queue_id}/set_by_key")]
pub(crate) async fn set_by_key(mut call: Call) -> Result<HttpResponse, ApiError> {
    let Key { key } = call.query()?;
    let value = call.text_body().await?;
    let kept = value.clone();
    call.run(move |app, actor| app.database.write(|tx| client_state::insert(tx, actor, &key, &kept))).await?;
    Ok(json(&value))
}
