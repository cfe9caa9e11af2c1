//! A font's file.

use crate::call::Call;
use crate::error::ApiError;
use actix_web::http::header;
use actix_web::{HttpResponse, get};
use invoke_library::fonts;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct FontPath {
    /// The file, below the fonts folder
    font_path: String,
}

/// A font file of the fonts folder.
#[utoipa::path(operation_id = "get_user_font_file", tag = "utilities", params(FontPath),
    responses((status = 200, description = "The font", content_type = "font/ttf"),
        (status = 404, description = "No such font")))]
#[get("/api/v1/utilities/fonts/{font_path:.*}")]
pub(crate) async fn font_file(call: Call) -> Result<HttpResponse, ApiError> {
    let FontPath { font_path } = call.path()?;
    let (bytes, kind) = call.run(move |app, _| fonts::read(&app.fonts_dir, &font_path).map_err(ApiError::from)).await?;
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((header::CACHE_CONTROL, "private, max-age=31536000, immutable"))
        .body(bytes))
}
