//! What the prompt nodes share.

use invoke_graph::NodeError;
use invoke_prompts::dynamic::{self, DynamicError};

use crate::Context;

/// The prompts a template makes: every combination in order, or random ones.
pub(crate) fn expanded(
    context: &Context,
    template: &str,
    most: i64,
    combinatorial: bool,
) -> Result<Vec<String>, NodeError> {
    let most =
        usize::try_from(most).map_err(|_| NodeError::value(format!("`max_prompts` must not be negative: {most}")))?;
    let prompts = if combinatorial {
        dynamic::combinations(template, most)
    } else {
        dynamic::random(template, most, context.random_u128() as u64)
    };
    prompts.map_err(|error| {
        let kind = match error {
            DynamicError::Syntax { .. } => "ParseException",
            DynamicError::UnknownVariable(_) => "KeyError",
            DynamicError::Recursion(_) => "RecursionError",
            _ => "ValueError",
        };
        NodeError::from_error(kind, &error)
    })
}
