//! For supervisors and load balancers: not part of the documented API, and nothing here tells anything about anybody.

use crate::call::Anyone;
use crate::error::ApiError;
use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use invoke_storage::StorageError;

/// Mounts `/healthz`, `/readyz` and the document itself.
pub(crate) fn mount(service: &mut ServiceConfig) {
    service
        .route("/healthz", web::get().to(alive))
        .route("/readyz", web::get().to(ready))
        .route("/openapi.json", web::get().to(document));
}

/// The process answers.
async fn alive() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok")
}

/// The database answers too.
async fn ready(call: Anyone) -> Result<HttpResponse, ApiError> {
    call.run(|app| app.database.read(|_| Ok::<_, StorageError>(()))).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ready"))
}

/// The OpenAPI document.
async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(crate::openapi::text())
}
