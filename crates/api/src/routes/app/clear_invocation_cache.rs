//! Forget results.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, delete};
use invoke_queue::NodeCacheChange;

/// Forgets the results of nodes that the workers keep.
#[utoipa::path(operation_id = "clear_invocation_cache", tag = "app",
    responses((status = 200, description = "The operation was successful")))]
#[delete("/api/v1/app/invocation_cache")]
pub(crate) async fn clear_invocation_cache(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.run(move |app, actor| app.queue.change_node_cache(actor, NodeCacheChange::Clear)).await?;
    Ok(json(&()))
}
