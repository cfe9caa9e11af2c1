//! Keep results.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_queue::NodeCacheChange;

/// Has the workers keep the results of nodes, if the settings allow any.
#[utoipa::path(operation_id = "enable_invocation_cache", tag = "app",
    responses((status = 200, description = "The operation was successful")))]
#[put("/api/v1/app/invocation_cache/enable")]
pub(crate) async fn enable_invocation_cache(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    call.run(move |app, actor| app.queue.change_node_cache(actor, NodeCacheChange::Enable)).await?;
    Ok(json(&()))
}
