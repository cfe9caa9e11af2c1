//! Several images as one archive.

use super::by_names::{ShortName, names};
use crate::call::{Call, run_blocking};
use crate::error::ApiError;
use actix_web::{HttpResponse, post};
use invoke_domain::BoardId;
use invoke_library::Wanted;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_download_images_from_list)]
pub(crate) struct Asked {
    /// The list of names of images to download
    #[schema(max_items = 1000, inline)]
    image_names: Option<Vec<ShortName>>,
    /// The board from which image should be downloaded
    board_id: Option<String>,
}

/// What will be there.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImagesDownloaded {
    /// The message to display to the user when images begin downloading
    response: Option<String>,
    /// The name of the bulk download item for which events will be emitted
    bulk_download_item_name: Option<String>,
}

/// Begins to write an archive of some images, all of which the caller must see, or of a board. An event tells when it is
/// there.
#[utoipa::path(operation_id = "download_images_from_list", tag = "images", request_body = Asked,
    responses((status = 202, body = ImagesDownloaded)))]
#[post("/api/v1/images/download")]
pub(crate) async fn download(mut call: Call) -> Result<HttpResponse, ApiError> {
    let asked: Asked = call.body().await?;
    let images = asked.image_names.filter(|names| !names.is_empty());
    let wanted = match (asked.board_id.filter(|id| !id.is_empty()), images) {
        (Some(id), _) => Wanted::Board(Some(id).filter(|id| id != "none").map(BoardId)),
        (None, Some(images)) => Wanted::Images(names(images)),
        (None, None) => return Err(ApiError::bad_request("No images or board id specified.")),
    };
    let order = call.run(move |app, actor| app.downloads.order(actor, wanted)).await?;
    let name = order.name();
    actix_web::rt::spawn(async move {
        // It tells about its failures by itself.
        let _ = run_blocking(move || {
            order.write();
            Ok::<_, ApiError>(())
        })
        .await;
    });
    Ok(HttpResponse::Accepted().json(ImagesDownloaded { response: None, bulk_download_item_name: Some(name) }))
}
