//! What accounts use.

use super::UserDto;
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use invoke_auth::{StatisticsPage, UserStatistics};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuery {
    /// Users to pass over
    #[serde(default)]
    #[param(default = 0)]
    offset: u32,
    /// Users per page
    #[serde(default = "usual_limit")]
    #[param(default = 100, minimum = 1, maximum = 1000)]
    limit: u32,
}

fn usual_limit() -> u32 {
    100
}

/// A page of accounts and what they use.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserStatisticsPage {
    /// Users per page
    limit: u32,
    /// Users passed over
    offset: u32,
    /// Users in all
    total: i64,
    /// The newest first
    items: Vec<UserStatisticsDto>,
}

/// An account and what it uses.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserStatistics)]
pub(crate) struct UserStatisticsDto {
    /// The account; its last login is among it
    user: UserDto,
    /// Boards
    boards: i64,
    /// Images, without intermediate ones
    images: i64,
    /// Bytes of images and thumbnails on disk, intermediate ones included
    storage_bytes: i64,
    /// Queue items by state
    queue: UserQueueUsage,
}

/// Queue items of one account by state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserQueueUsage {
    /// Waiting
    pending: i64,
    /// Running
    in_progress: i64,
    /// In the history, ended well
    completed: i64,
    /// In the history, failed
    failed: i64,
    /// In the history, canceled
    canceled: i64,
}

impl From<&UserStatistics> for UserStatisticsDto {
    fn from(entry: &UserStatistics) -> Self {
        let UserStatistics { user, boards, images, bytes, pending, in_progress, completed, failed, canceled } = entry;
        Self {
            user: user.into(),
            boards: *boards,
            images: *images,
            storage_bytes: *bytes,
            queue: UserQueueUsage {
                pending: *pending,
                in_progress: *in_progress,
                completed: *completed,
                failed: *failed,
                canceled: *canceled,
            },
        }
    }
}

/// Boards, images, bytes, last login and queue usage of each account.
#[utoipa::path(operation_id = "user_statistics_api_v1_auth_statistics_get", tag = "authentication",
    params(StatisticsQuery), responses((status = 200, body = UserStatisticsPage)))]
#[get("/api/v1/auth/statistics")]
pub(crate) async fn statistics(call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let StatisticsQuery { offset, limit } = call.query()?;
    let page = StatisticsPage { offset, limit, with_system: false };
    let (items, total) = call.run(move |app, actor| app.accounts.statistics(actor, page)).await?;
    Ok(json(&UserStatisticsPage { limit, offset, total, items: items.iter().map(Into::into).collect() }))
}
