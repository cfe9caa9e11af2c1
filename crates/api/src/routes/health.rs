//! For supervisors and load balancers: not part of the documented API, and nothing here tells anything about anybody.

use crate::App;
use crate::call::Anyone;
use crate::error::ApiError;
use crate::guard::Outside;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
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

/// The OpenAPI document; below a prefix it says so, for clients that are made from it.
async fn document(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let text = app.document.get_or_init(|| crate::openapi::document(app.queue.catalogue()).to_string());
    let mut answer = HttpResponse::Ok();
    answer.content_type("application/json");
    match (Outside::seen_by(&app.web, &request).prefix, text.strip_prefix('{')) {
        (prefix, Some(rest)) if !prefix.is_empty() => {
            answer.body(format!("{{\"servers\":{},{rest}", serde_json::json!([{ "url": prefix }])))
        }
        _ => answer.body(text.clone()),
    }
}
