//! The cookie that lets `<img>` load pictures: the token again, for the API's paths only, unreadable to scripts.

use crate::WebSettings;
use crate::call::{Access, Call, MEDIA_COOKIE};
use crate::error::ApiError;
use actix_web::HttpResponseBuilder;
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

/// Gives somebody who changed the own password, and with it voided every token, a new token and a new cookie.
pub(super) async fn renew<A: Access>(call: &Call<A>, answer: &mut HttpResponseBuilder) -> Result<(), ApiError> {
    if let Some(session) = call.session().cloned() {
        let renewed = call.run(move |app, _| app.accounts.renew(&session)).await?;
        answer.cookie(set(&call.app().web, &renewed.token, renewed.lifetime.as_secs()));
        answer.insert_header(("x-refreshed-token", renewed.token));
    }
    Ok(())
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
