//! Which keys there are.

use super::QueuePath;
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_storage::client_state;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Prefix {
    /// Prefix to filter keys by
    prefix: String,
}

/// The keys that begin with a text, in order.
#[utoipa::path(operation_id = "get_client_state_keys_by_prefix", tag = "client_state", params(QueuePath, Prefix),
    responses((status = 200, body = Vec<String>)))]
#[get("/api/v1/client_state/{queue_id}/get_keys_by_prefix")]
pub(crate) async fn get_keys_by_prefix(call: Call) -> Result<HttpResponse, ApiError> {
    let Prefix { prefix } = call.query()?;
    let keys = call.run(move |app, actor| app.database.read(|tx| client_state::list_keys(tx, actor, &prefix))).await?;
    Ok(json(&keys))
}
