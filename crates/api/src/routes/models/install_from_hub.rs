//! Install a model of Hugging Face by a link, with a page as the answer.

use crate::call::{Admin, Call};
use crate::error::ApiError;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, get};
use invoke_model_manager::{HubError, ModelError, Source as ModelSource};
use serde::Deserialize;
use serde_json::Map;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Source {
    /// HuggingFace repo_id to install
    source: String,
}

/// What became of the request, and the sentence for people.
enum Told {
    Begun,
    NotFound,
    Nothing,
    Several,
    Failed(String),
}

/// Begins to install a repository that is one model, or the one model file of a repository.
#[utoipa::path(operation_id = "install_hugging_face_model", tag = "model_manager", params(Source),
    responses((status = 201, description = "The model is being installed", body = String, content_type = "text/html"),
        (status = 400, description = "Bad request"),
        (status = 409, description = "There is already a model corresponding to this path or repo_id")))]
#[get("/api/v2/models/install/huggingface")]
pub(crate) async fn install_from_hub(call: Call<Admin>) -> Result<HttpResponse, ApiError> {
    // A link that somebody follows, but no picture, frame or script of another site's page: it is a GET that changes something.
    let header = |name: &str| call.http().headers().get(name).and_then(|value| value.to_str().ok());
    let of_others = header("sec-fetch-site").is_some_and(|site| !["same-origin", "none"].contains(&site));
    if of_others && header("sec-fetch-dest") != Some("document") {
        return Err(ApiError::forbidden("Cross-origin request refused"));
    }
    let Source { source } = call.query()?;
    let asked = source.clone();
    let told = call.run(move |app, actor| {
        let repository = match app.models.hub_repository(actor, &asked) {
            Ok(repository) => repository,
            Err(ModelError::Hub(HubError::NotFound(_) | HubError::BadName(_))) => return Ok(Told::NotFound),
            Err(ModelError::Hub(error)) => return Ok(Told::Failed(error.to_string())),
            Err(other) => return Err(other),
        };
        let model = match repository.checkpoints().as_deref() {
            None => asked,
            Some([only]) => only.clone(),
            Some([]) => return Ok(Told::Nothing),
            Some(_) => return Ok(Told::Several),
        };
        let begun =
            ModelSource::read(&model, false, None).and_then(|model| app.models.install(actor, model, Map::new()));
        Ok(begun.map_or_else(|error| Told::Failed(error.to_string()), |_| Told::Begun))
    });
    let (status, title, sentence) = match told.await? {
        Told::Begun => {
            (StatusCode::CREATED, "The model is being installed", "Its progress is shown among the models.".into())
        }
        Told::NotFound => (StatusCode::BAD_REQUEST, "There is no such repository", "Please check its name.".into()),
        Told::Nothing => {
            (StatusCode::BAD_REQUEST, "This repository has no model", "None of its files can be installed.".into())
        }
        Told::Several => {
            (StatusCode::OK, "This repository has several models", "Please choose one among the models.".into())
        }
        Told::Failed(reason) => (StatusCode::BAD_GATEWAY, "The model can not be installed", reason),
    };
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(page(title, &sentence, &source)))
}

fn page(title: &str, sentence: &str, source: &str) -> String {
    let [title, sentence, source] = [title, sentence, source].map(escaped);
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"color-scheme\" content=\"light dark\"></head>\n\
         <body><h1>{title}</h1><p>{sentence}</p><p><code>{source}</code></p></body></html>\n"
    )
}

/// Text that stays text in a page.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            '\'' => "&#39;".to_owned(),
            other => other.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_can_not_become_part_of_the_page() {
        let page = page("Title", "No", "<script>alert('x')</script>&");
        assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;") && !page.contains("<script>"));
    }
}
