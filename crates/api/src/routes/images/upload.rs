//! Upload a picture.

use super::{Category, ImageDto};
use crate::call::Call;
use crate::error::ApiError;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, post};
use invoke_domain::{BoardId, SessionId};
use invoke_library::Upload;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// The longest form, in bytes: the longest file that the picture reader takes, and its texts.
const LONGEST_FORM: usize = (128 << 20) + (8 << 20);
/// A file that takes longer to arrive holds up others.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// The largest picture `resize_to` may ask for, in pixels.
const LARGEST_RESULT: u64 = 4096 * 4096;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct About {
    /// The category of the image
    #[param(inline)]
    image_category: Category,
    /// Whether this is an intermediate image
    is_intermediate: bool,
    /// The board to add this image to, if any
    board_id: Option<String>,
    /// The session ID associated with this upload, if any
    session_id: Option<String>,
    /// Whether to crop the image
    #[serde(default)]
    #[param(default = false)]
    crop_visible: Option<bool>,
}

/// The form of an upload.
#[derive(Debug, ToSchema)]
#[schema(as = Body_upload_image)]
#[expect(dead_code, reason = "stands for a form; its parts are read one by one")]
pub(crate) struct UploadForm {
    #[schema(value_type = String, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
    /// Dimensions to resize the image to, a JSON object with `width` and `height`. Max total pixel count: 16777216
    resize_to: Option<String>,
    /// The metadata to associate with the image, must be a stringified JSON dict
    metadata: Option<String>,
}

/// Keeps a picture as the caller's own. PNG, JPEG and WebP are read; all are kept as PNG.
#[utoipa::path(operation_id = "upload_image", tag = "images", params(About),
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "The image was uploaded successfully", body = ImageDto),
        (status = 415, description = "Image upload failed")))]
#[post("/api/v1/images/upload")]
pub(crate) async fn upload(mut call: Call) -> Result<HttpResponse, ApiError> {
    let about: About = call.query()?;
    let board = about.board_id.filter(|id| !id.is_empty()).map(BoardId);
    // Before the file is read: nobody sends a hundred megabytes to learn that they may not.
    let wanted = board.clone();
    call.run(move |app, actor| app.images.check_board(actor, wanted.as_ref())).await?;
    let _turn = call.turn_to_upload().await?;
    let late = |_| ApiError::refused(StatusCode::REQUEST_TIMEOUT, "Body did not arrive in time");
    let form = tokio::time::timeout(LONGEST_WAIT, call.form(LONGEST_FORM)).await.map_err(late)??;
    let file = form.required_upload("file")?.picture()?;
    let resize_to =
        form.optional_text("resize_to")?.filter(|text| !text.is_empty()).map(|text| parse_size(&text)).transpose()?;
    let upload = Upload {
        category: about.image_category.into(),
        is_intermediate: about.is_intermediate,
        board_id: board,
        session_id: about.session_id.map(SessionId),
        crop_visible: about.crop_visible.unwrap_or_default(),
        resize_to,
        metadata: form.optional_text("metadata")?,
    };
    let image = call.run(move |app, actor| app.images.upload(actor, &file, upload)).await?;
    let image = ImageDto::from(image);
    Ok(HttpResponse::Created().insert_header((header::LOCATION, image.image_url.as_str())).json(image))
}

fn parse_size(text: &str) -> Result<(u32, u32), ApiError> {
    let size: Value = serde_json::from_str(text).unwrap_or_default();
    let side = |key: &str| size[key].as_u64().and_then(|side| u32::try_from(side).ok()).filter(|side| *side > 0);
    side("width")
        .zip(side("height"))
        .filter(|(width, height)| u64::from(*width) * u64::from(*height) <= LARGEST_RESULT)
        .ok_or_else(|| ApiError::bad_request("Invalid resize_to format or size"))
}

#[cfg(test)]
mod tests {
    use super::parse_size;

    #[test]
    fn a_size_is_an_object_within_limits() {
        assert_eq!(parse_size(r#"{"width": 16, "height": 4}"#).unwrap(), (16, 4));
        assert_eq!(parse_size(r#"{"width": 4096, "height": 4096}"#).unwrap(), (4096, 4096));
        for wrong in ["[16,16]", "{}", r#"{"width":0,"height":5}"#, r#"{"width":-1,"height":5}"#, "x"] {
            assert!(parse_size(wrong).is_err(), "{wrong}");
        }
        assert!(parse_size(r#"{"width":5000,"height":5000}"#).is_err());
        assert!(parse_size(r#"{"width":4294967295,"height":4294967295}"#).is_err());
    }
}
