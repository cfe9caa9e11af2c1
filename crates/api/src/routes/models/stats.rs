//! What the workers keep in memory.

use crate::App;
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_model_manager::ModelError;
use invoke_permissions::Actor;
use invoke_queue::{LoadedModel, ModelCacheStatus};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Collect statistics on cache performance.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CacheStats {
    #[schema(required = false, default = 0)]
    hits: u64,
    #[schema(required = false, default = 0)]
    misses: u64,
    #[schema(required = false, default = 0)]
    high_watermark: u64,
    #[schema(required = false, default = 0)]
    in_cache: u64,
    #[schema(required = false, default = 0)]
    cleared: u64,
    #[schema(required = false, default = 0)]
    cache_size: u64,
    #[schema(required = false)]
    loaded_model_sizes: BTreeMap<String, u64>,
}

impl CacheStats {
    fn new(app: &App, actor: &Actor, status: ModelCacheStatus) -> Result<Self, ModelError> {
        let mut loaded_model_sizes = BTreeMap::new();
        for LoadedModel { key, part, bytes } in status.loaded {
            // A model may be in memory several times: on several devices, or with patches.
            *loaded_model_sizes.entry(name(app, actor, &key, part)?).or_default() += bytes;
        }
        let ModelCacheStatus { hits, misses, high_watermark, in_cache, cleared, cache_size, .. } = status;
        Ok(Self { hits, misses, high_watermark, in_cache, cleared, cache_size, loaded_model_sizes })
    }
}

/// What the reference calls a model in memory: base, kind, name and part.
fn name(app: &App, actor: &Actor, key: &invoke_domain::ModelKey, part: Option<String>) -> Result<String, ModelError> {
    let name = match app.models.get(actor, key) {
        Ok(model) => format!("{}:{}:{}", model.base(), model.kind(), model.name()),
        // It was deleted while it was in memory.
        Err(ModelError::NotFound) => key.to_string(),
        Err(error) => return Err(error),
    };
    Ok(part.map_or_else(|| name.clone(), |part| format!("{name}:{part}")))
}

/// The counts of the models in memory; null until a model was loaded.
#[utoipa::path(operation_id = "get_stats", tag = "model_manager", responses((status = 200, body = Option<CacheStats>)))]
#[get("/api/v2/models/stats")]
pub(crate) async fn stats(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let stats =
        call.run(|app, actor| app.queue.model_cache().map(|status| CacheStats::new(app, actor, status)).transpose());
    Ok(json(&stats.await?))
}
