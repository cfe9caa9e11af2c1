//! Style presets out of a file.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, post};
use invoke_library::FileKind;
use utoipa::ToSchema;

/// Texts of ten thousand presets fit.
const FILE_LIMIT: usize = 8 << 20;

#[derive(Debug, ToSchema)]
#[schema(as = Body_import_style_presets)]
#[expect(dead_code, reason = "only documented: forms are read part by part")]
pub(crate) struct Import {
    /// The file to import
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Adds the presets of a CSV or JSON file as the caller's own: all of them, or none when one is not acceptable.
#[utoipa::path(operation_id = "import_style_presets", tag = "style_presets",
    request_body(content = Import, content_type = "multipart/form-data"), responses((status = 200),
        (status = 400, description = "Not a list of presets"), (status = 415, description = "Neither CSV nor JSON")))]
#[post("/api/v1/style_presets/import")]
pub(crate) async fn import(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let file = call.form(FILE_LIMIT).await?.required_upload("file")?;
    let kind = match file.kind.as_str() {
        "text/csv" => FileKind::Csv,
        "application/json" => FileKind::Json,
        // The reference says nothing more either.
        _ => return Err(ApiError::refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "")),
    };
    call.run(move |app, actor| app.presets.import(actor, &file.bytes, kind)).await?;
    Ok(json(&()))
}
