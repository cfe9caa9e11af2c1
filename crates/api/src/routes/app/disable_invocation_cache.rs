//! Keep no results.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_queue::NodeCacheChange;

/// Has the workers neither keep nor use results of nodes until the server ends or this is taken back.
#[utoipa::path(operation_id = "disable_invocation_cache", tag = "app",
    responses((status = 200, description = "The operation was successful")))]
#[put("/api/v1/app/invocation_cache/disable")]
pub(crate) async fn disable_invocation_cache(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.run(move |app, actor| app.queue.change_node_cache(actor, NodeCacheChange::Disable)).await?;
    Ok(json(&()))
}
