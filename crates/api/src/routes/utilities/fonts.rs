//! The fonts there are.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_library::{Face, fonts as fonts_in};
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserFontsResponse {
    fonts: Vec<UserFont>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserFont {
    id: String,
    family: String,
    label: String,
    path: String,
    url: String,
    faces: Vec<UserFontFace>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserFontFace {
    path: String,
    url: String,
    weight: u16,
    style: &'static str,
}

/// The fonts in the fonts folder, by family; their first face is the plainest.
#[utoipa::path(operation_id = "list_user_fonts", tag = "utilities", responses((status = 200, body = UserFontsResponse)))]
#[get("/api/v1/utilities/fonts")]
pub(crate) async fn fonts(call: Call) -> Result<HttpResponse, ApiError> {
    let families = call.run(|app, _| fonts_in::list(&app.fonts_dir).map_err(ApiError::from)).await?;
    let fonts = families.into_iter().filter_map(|family| {
        let path = family.faces.first()?.path.clone();
        Some(UserFont {
            id: format!("user:{}", family.name.to_lowercase()),
            label: family.name.clone(),
            family: family.name,
            url: url(&path),
            path,
            faces: family.faces.into_iter().map(face).collect(),
        })
    });
    Ok(json(&UserFontsResponse { fonts: fonts.collect() }))
}

fn face(face: Face) -> UserFontFace {
    let style = if face.is_italic { "italic" } else { "normal" };
    UserFontFace { url: url(&face.path), path: face.path, weight: face.weight, style }
}

/// The address of a font file below the fonts folder.
fn url(path: &str) -> String {
    let mut url = "api/v1/utilities/fonts/".to_owned();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => url.push(char::from(byte)),
            other => url.push_str(&format!("%{other:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn an_address_can_be_read_back_whatever_the_file_is_called() {
        assert_eq!(url("a/Böse Schrift#1.ttf"), "api/v1/utilities/fonts/a/B%C3%B6se%20Schrift%231.ttf");
    }
}
