//! All style presets as a file.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::http::header;
use actix_web::{HttpResponse, get};

/// Everybody's own presets as CSV; those that come with the program are left out.
#[utoipa::path(operation_id = "export_style_presets", tag = "style_presets",
    responses((status = 200, description = "A CSV file with the requested data.", body = String,
        content_type = "text/csv")))]
#[get("/api/v1/style_presets/export")]
pub(crate) async fn export(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let file = call.run(|app, actor| app.presets.export(actor)).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=prompt_templates.csv"))
        .body(file))
}
