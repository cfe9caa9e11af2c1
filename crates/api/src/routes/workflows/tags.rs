//! The tags there are.

use super::{Categories, Public, filter};
use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};

/// The tags of the workflows the caller may list, each once.
#[utoipa::path(operation_id = "get_all_tags", tag = "workflows", params(Categories, Public),
    responses((status = 200, body = Vec<String>)))]
#[get("/api/v1/workflows/tags")]
pub(crate) async fn tags(call: Call) -> Result<HttpResponse, ApiError> {
    let (categories, public) = (call.query::<Categories>()?.categories, call.query::<Public>()?.is_public);
    let filter = filter(categories, None, public);
    Ok(json(&call.run(move |app, actor| app.workflows.tags(actor, &filter)).await?))
}
