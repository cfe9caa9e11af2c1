//! A finished archive.

use crate::call::{Call, run_blocking};
use crate::error::ApiError;
use actix_web::body::SizedStream;
use actix_web::http::header;
use actix_web::{HttpResponse, get};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use std::fs::File;
use std::io::Read as _;
use utoipa::IntoParams;

/// Read and sent in pieces of this size, in bytes.
const PIECE: usize = 256 * 1024;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct DownloadPath {
    /// The bulk_download_item_name of the bulk download item to get
    bulk_download_item_name: String,
}

/// An archive, once: it is gone afterwards. For the one who asked for it.
#[utoipa::path(operation_id = "get_bulk_download_item", tag = "images", params(DownloadPath),
    responses((status = 200, description = "Return the complete bulk download item", content_type = "application/zip"),
        (status = 404, description = "Image not found")))]
#[get("/api/v1/images/download/{bulk_download_item_name}")]
pub(crate) async fn get_download(call: Call) -> Result<HttpResponse, ApiError> {
    let name = call.path::<DownloadPath>()?.bulk_download_item_name;
    let wanted = name.clone();
    let (file, size) = call
        .run(move |app, actor| {
            let file = app.downloads.take(actor, &wanted)?;
            let size = file.metadata().map_err(|error| ApiError::internal("reading an archive", &error))?.len();
            Ok::<_, ApiError>((file, size))
        })
        .await?;
    let pieces = stream::try_unfold(file, next_piece);
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&name)))
        .body(SizedStream::new(size, pieces)))
}

async fn next_piece(mut file: File) -> Result<Option<(Bytes, File)>, std::io::Error> {
    let read = run_blocking(move || {
        let mut piece = vec![0; PIECE];
        let length = file.read(&mut piece).map_err(|error| ApiError::internal("reading an archive", &error))?;
        piece.truncate(length);
        Ok::<_, ApiError>((length > 0).then(|| (Bytes::from(piece), file)))
    });
    read.await.map_err(|error| std::io::Error::other(error.to_string()))
}

/// The name for headers: names of boards may have letters that headers have not.
fn disposition(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect();
    if plain == name {
        format!("inline; filename=\"{name}\"")
    } else {
        format!("inline; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
    }
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_beyond_ascii_is_given_in_both_forms() {
        assert_eq!(disposition("a b_1.zip"), "inline; filename=\"a b_1.zip\"");
        assert_eq!(disposition("Ü.zip"), "inline; filename=\"_.zip\"; filename*=UTF-8''%C3%9C.zip");
    }
}
