//! Give somebody what another account, or nobody, owns.

use super::UserPath;
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use crate::refusals;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_auth::Owned;
use invoke_domain::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AdoptRequest {
    /// ID of the user whose things these are now; `system` owns what was made before there were accounts
    #[serde(default = "UserId::system")]
    #[schema(value_type = String, default = "system")]
    from_user_id: UserId,
    /// Only count
    #[serde(default)]
    dry_run: bool,
}

/// How much was handed over, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdoptResponse {
    /// Nothing was changed
    dry_run: bool,
    /// Boards
    boards: i64,
    /// Images, intermediate ones included
    images: i64,
    /// Videos
    videos: i64,
    /// Workflows
    workflows: i64,
    /// Style presets
    style_presets: i64,
    /// System prompts
    system_prompts: i64,
    /// Queue items that do not run, ended ones included
    queue_items: i64,
}

/// Assigns everything one account owns to another, or counts it.
#[utoipa::path(operation_id = "adopt_content_api_v1_auth_users__user_id__adopt_post", tag = "authentication",
    params(UserPath), request_body = AdoptRequest, responses((status = 200, body = AdoptResponse)))]
#[post("/api/v1/auth/users/{user_id}/adopt")]
pub(crate) async fn adopt(mut call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let UserPath { user_id } = call.path()?;
    let AdoptRequest { from_user_id, dry_run } = call.body().await?;
    let owned = call.run(move |app, actor| {
        let owned = app.accounts.adopt(actor, &from_user_id, &user_id, dry_run);
        owned.map_err(|error| refusals::token(error, true))
    });
    let Owned { boards, images, videos, workflows, style_presets, system_prompts, queue_items } = owned.await?;
    let answer =
        AdoptResponse { dry_run, boards, images, videos, workflows, style_presets, system_prompts, queue_items };
    Ok(json(&answer))
}
