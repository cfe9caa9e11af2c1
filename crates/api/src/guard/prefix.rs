//! The public path prefix behind a reverse proxy (`base_url`): requests are answered with and without it.

use crate::App;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;
use actix_web::web::Data;

/// Takes the prefix off the path, so that routes need not know it.
pub(crate) async fn strip_prefix<B: MessageBody>(
    app: Data<App>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let prefix = app.web.base_path.as_str();
    if !prefix.is_empty()
        && let Some(rest) = request.uri().path_and_query().and_then(|whole| whole.as_str().strip_prefix(prefix))
        && (rest.is_empty() || rest.starts_with(['/', '?']))
        && let Ok(uri) = format!("{}{rest}", if rest.starts_with('/') { "" } else { "/" }).parse::<Uri>()
    {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}
