//! Remove an account.

use super::UserPath;
use crate::call::{Call, SignedInAdmin};
use crate::error::ApiError;
use crate::refusals;
use actix_web::{HttpResponse, delete};
use invoke_auth::Content as Fate;
use invoke_domain::{QueueId, UserId};
use invoke_events::Event;
use invoke_graph::Problem;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

/// The queue that pages show.
const DEFAULT_QUEUE: &str = "default";

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteUserQuery {
    /// What becomes of the user's boards, images, workflows, presets and prompts
    #[serde(default)]
    #[param(inline)]
    content: Content,
    /// ID of the user who gets them, for `content=transfer`
    #[param(value_type = Option<String>)]
    to: Option<UserId>,
}

/// What becomes of what an account owns.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Content {
    /// It is deleted, rows and files.
    #[default]
    Delete,
    /// Another account gets it.
    Transfer,
    /// It belongs to nobody in particular; administrators see it.
    Keep,
}

/// Removes an account with what it owns, or hands that over. Its tokens, sockets and runs end at once.
#[utoipa::path(operation_id = "delete_user_api_v1_auth_users__user_id__delete", tag = "authentication",
    params(UserPath, DeleteUserQuery), responses((status = 204, description = "Successful Response")))]
#[delete("/api/v1/auth/users/{user_id}")]
pub(crate) async fn delete_user(call: Call<SignedInAdmin>) -> Result<HttpResponse, ApiError> {
    let (UserPath { user_id }, DeleteUserQuery { content, to }) = (call.path()?, call.query()?);
    if let (Content::Transfer, None) = (content, &to) {
        let at = ["query".into(), "to".into()];
        return Err(ApiError::invalid(Problem::new("missing", &at, "Field required", &serde_json::Value::Null)));
    }
    let id = user_id.clone();
    call.run(move |app, actor| {
        let fate = match (content, &to) {
            (Content::Transfer, Some(heir)) => Fate::Transfer(heir),
            (Content::Keep, _) => Fate::Keep,
            (Content::Delete | Content::Transfer, _) => Fate::Delete,
        };
        app.accounts.delete(actor, &id, fate).map_err(|error| refusals::token(error, true))
    })
    .await?;
    let id = user_id.clone();
    call.recheck(move |listener| listener.user_id == id).await?;
    call.run(move |app, _| {
        app.queue.stop_revoked()?;
        app.bus.send(Event::QueueCleared { queue_id: QueueId::from(DEFAULT_QUEUE), user_id: Some(user_id) });
        // The account is gone whatever happens now; what cannot be removed is tried again at the next start.
        if let Err(error) = app.leftovers.sweep() {
            tracing::error!(error = &error as &dyn std::error::Error, "files of a removed account were left");
        }
        Ok::<_, ApiError>(())
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
