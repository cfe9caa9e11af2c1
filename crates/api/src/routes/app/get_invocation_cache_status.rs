//! How many results are kept.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;

/// The results of nodes that are kept, all workers' together.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvocationCacheStatus {
    /// The current size of the invocation cache
    size: u64,
    /// The number of cache hits
    hits: u64,
    /// The number of cache misses
    misses: u64,
    /// Whether the invocation cache is enabled
    enabled: bool,
    /// The maximum size of the invocation cache
    max_size: u64,
}

/// How the workers' caches of node results stand.
#[utoipa::path(operation_id = "get_invocation_cache_status", tag = "app",
    responses((status = 200, body = InvocationCacheStatus)))]
#[get("/api/v1/app/invocation_cache/status")]
pub(crate) async fn get_invocation_cache_status(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let status = call.app().queue.node_cache();
    Ok(json(&InvocationCacheStatus {
        size: status.size,
        hits: status.hits,
        misses: status.misses,
        enabled: status.enabled,
        max_size: status.max_size,
    }))
}
