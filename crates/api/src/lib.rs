//! The HTTP side: routes, request and response types, the socket, the OpenAPI document, the browser's files. It decodes,
//! asks, and encodes; rules about accounts, queue, images and models live in their crates, and no SQL is written here.
//!
//! A request passes `guard` (prefix and proxies, host names, origins, headers), then its handler. A handler takes one `call::Call`, whose
//! type says who may get in, reads path, query and body through it (checked against the published schema, `check`),
//! makes one call into another crate, and encodes the answer. Errors become statuses in `error` and `refusals`.
//!
//! To add an operation: a file in `routes/<noun>/`, a line in `routes`, a case in `tests/tests/api/access.rs`.

mod app;
mod attempts;
mod bodies;
mod call;
mod check;
mod client;
mod error;
mod form;
mod guard;
mod openapi;
mod pages;
mod proxies;
mod refusals;
mod routes;
mod settings;
mod socket;
mod wire;

pub use app::{App, UPLOAD_SLOTS};
pub use attempts::PasswordTurns;
pub use bodies::Bodies;
pub use openapi::openapi;
pub use proxies::TrustedProxies;
pub use settings::{Configuration, CorsSettings, DeviceOption, Page, Pages, Verbosity, WebSettings};

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use std::sync::Arc;

/// The release of the reference whose API this is.
pub const API_VERSION: &str = "6.14.2";

/// Mounts everything: routes, socket, pages. To be called once for all threads of a server, which share the sockets.
pub fn configure(app: Arc<App>) -> impl Fn(&mut ServiceConfig) + Clone {
    let live = socket::Live::start(&app);
    move |service| {
        let scope = web::scope("")
            .app_data(Data::from(Arc::clone(&app)))
            .configure(routes::mount)
            .app_data(Data::new(live.clone()))
            .configure(|service| live.mount(service))
            .default_service(web::to(pages::fallback))
            // The last one sees a request first.
            .wrap(from_fn(guard::refresh_token))
            .wrap(from_fn(guard::compress))
            .wrap(from_fn(guard::guard))
            .wrap(from_fn(guard::outside));
        service.service(scope);
    }
}
