//! Restrict a model to some people.

use super::KeyPath;
use super::access::{ModelAccess, ModelAccessChange};
use crate::call::{Admin, Call};
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, put};
use invoke_domain::{ModelKey, UserId};

/// Restricts a model to some people and administrators, or makes it everybody's again.
#[utoipa::path(operation_id = "set_model_access", tag = "model_manager", params(KeyPath), request_body = ModelAccessChange,
    responses((status = 200, body = ModelAccess),
        (status = 404, description = "The model, or one of the accounts, could not be found")))]
#[put("/api/v2/models/i/{key}/access")]
pub(crate) async fn set_access(mut call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    let key = ModelKey(call.path::<KeyPath>()?.key);
    let ModelAccessChange { restricted, user_ids } = call.body().await?;
    let users: Vec<UserId> = user_ids.into_iter().map(UserId).collect();
    let people = call.run(move |app, actor| {
        app.models.restrict(actor, &key, restricted.then_some(&users))?;
        app.models.access(actor, &key)
    });
    Ok(json(&ModelAccess::from(people.await?)))
}
