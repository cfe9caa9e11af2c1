//! What the workers keep in memory.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Collect statistics on cache performance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CacheStats {
    hits: i64,
    misses: i64,
    high_watermark: i64,
    in_cache: i64,
    cleared: i64,
    cache_size: i64,
    loaded_model_sizes: BTreeMap<String, i64>,
}

/// The counts of the models in memory; null until a model was loaded, and as long as workers do not report them.
#[utoipa::path(operation_id = "get_stats", tag = "model_manager", responses((status = 200, body = Option<CacheStats>)))]
#[get("/api/v2/models/stats")]
pub(crate) async fn stats(_call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    Ok(json(&None::<CacheStats>))
}
