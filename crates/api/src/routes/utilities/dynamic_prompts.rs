//! Many prompts out of one.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, post};
use invoke_prompts::dynamic;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Body_parse_dynamicprompts)]
pub(crate) struct Template {
    /// The prompt to parse with dynamicprompts
    prompt: String,
    /// The max number of prompts to generate
    #[serde(default = "thousand")]
    #[schema(minimum = 1, maximum = 10000, default = 1000)]
    max_prompts: usize,
    /// Whether to use the combinatorial generator
    #[serde(default = "yes")]
    #[schema(default = true)]
    combinatorial: bool,
    /// The seed to use for random generation. Only used if not combinatorial
    seed: Option<i64>,
}

fn thousand() -> usize {
    1000
}

fn yes() -> bool {
    true
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DynamicPromptsResponse {
    prompts: Vec<String>,
    #[schema(required = false)]
    error: Option<String>,
}

/// The prompts a template makes: all combinations up to a number, or random ones. What is wrong with a template is said
/// beside the template itself.
#[utoipa::path(operation_id = "parse_dynamicprompts", tag = "utilities", request_body = Template,
    responses((status = 200, body = DynamicPromptsResponse)))]
#[post("/api/v1/utilities/dynamicprompts")]
pub(crate) async fn dynamic_prompts(mut call: Call) -> Result<HttpResponse, ApiError> {
    let asked: Template = call.body().await?;
    let answer = call
        .run(move |app, _| {
            let Template { prompt, max_prompts, combinatorial, seed } = asked;
            let made = if combinatorial {
                dynamic::combinations(&prompt, max_prompts)
            } else {
                // A seed below zero counts without its sign, as in the reference.
                let seed = seed.map_or_else(|| drawn(app), i64::unsigned_abs);
                dynamic::random(&prompt, max_prompts, seed)
            };
            Ok::<_, ApiError>(match made {
                Ok(prompts) if prompts.is_empty() => {
                    DynamicPromptsResponse { prompts: vec![String::new()], error: None }
                }
                Ok(prompts) => DynamicPromptsResponse { prompts, error: None },
                Err(error) => DynamicPromptsResponse { prompts: vec![prompt], error: Some(error.to_string()) },
            })
        })
        .await?;
    Ok(json(&answer))
}

/// A seed nobody chose.
fn drawn(app: &crate::App) -> u64 {
    let mut bytes = [0; 8];
    app.random.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
