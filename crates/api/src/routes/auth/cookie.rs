//! The cookie that lets `<img>` load pictures: the token again, for the API's paths only, unreadable to scripts.

use crate::WebSettings;
use crate::call::MEDIA_COOKIE;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

/// The cookie for `token`, gone after `seconds`.
pub(super) fn set(settings: &WebSettings, token: &str, seconds: i64) -> Cookie<'static> {
    bare(settings, token.to_owned(), Duration::seconds(seconds))
}

/// The cookie that removes it.
pub(super) fn clear(settings: &WebSettings) -> Cookie<'static> {
    bare(settings, String::new(), Duration::ZERO)
}

fn bare(settings: &WebSettings, value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(MEDIA_COOKIE, value)
        .http_only(true)
        .max_age(age)
        .path(format!("{}/api/v1", settings.base_path))
        .same_site(SameSite::Lax)
        .secure(settings.https)
        .finish()
}
