//! Prompt templates: many prompts out of one.
//!
//! The grammar and the results are those of the Python library dynamicprompts 0.31.0 as InvokeAI uses it, that is without
//! files for wildcards:
//!
//! - `{red|green}` one of several, `{2::red|green}` the first twice as often, `{2$$ and $$a|b|c}` two of them with ` and `
//!   between, `{1-2$$a|b|c}` one or two;
//! - `{~a|b}`, `{!a|b}`, `{@a|b}`: at random, every one, in turn;
//! - `${colour={red|green}}` says what `${colour}` stands for (with `=!` once and for all), `${colour:red}` has a default;
//! - `%{a photo of ... at night$$a cat}` puts the second part where the dots are;
//! - `# …` at the end of a line, and `// …` and `/* … */` where something begins, are remarks;
//! - `__animal__` would be a line of a file; there are none, so it stays as it is.
//!
//! ```
//! let prompts = invoke_prompts::dynamic::combinations("a {red|green} fox", 10).unwrap();
//! assert_eq!(prompts, ["a red fox", "a green fox"]);
//! ```

mod command;
mod error;
mod generators;
mod mersenne;
mod parse;
mod sample;
mod variants;

pub use error::DynamicError;

use command::{Command, Method};
use mersenne::MersenneTwister;
use sample::{Sampling, Scope, prompts};

/// The first `most` prompts of all that a template can make, in order.
///
/// # Errors
/// When the template does not follow the grammar, names a wildcard as one of several, a variable nobody set, or makes too
/// much.
pub fn combinations(template: &str, most: usize) -> Result<Vec<String>, DynamicError> {
    if template.is_empty() {
        return Ok(Vec::new());
    }
    let command = parse::parse(template)?;
    let mut missing = Vec::new();
    missing_wildcards(&command, false, &mut missing);
    if !missing.is_empty() {
        return Err(DynamicError::MissingWildcards(missing));
    }
    // `~` in a template asks for chance also here; the reference lets the clock decide, we always begin alike.
    let mut sampling = Sampling::new(MersenneTwister::seeded(0));
    prompts(&command, &Scope::new(Method::Combinatorial), most, &mut sampling)
}

/// `count` random prompts; the same seed gives the same ones.
///
/// # Errors
/// When the template does not follow the grammar, names a variable nobody set, or makes too much.
pub fn random(template: &str, count: usize, seed: u64) -> Result<Vec<String>, DynamicError> {
    if template.is_empty() {
        return Ok(Vec::new());
    }
    let command = parse::parse(template)?;
    let mut sampling = Sampling::new(MersenneTwister::seeded(seed));
    prompts(&command, &Scope::new(Method::Random), count, &mut sampling)
}

/// The wildcards among the choices of variants: each stands for endlessly many equal texts, of which no list of different
/// ones can be made.
fn missing_wildcards(command: &Command, in_variant: bool, missing: &mut Vec<String>) {
    match command {
        Command::Wildcard { path, .. } => {
            if let (true, Command::Literal(name)) = (in_variant, &**path)
                && !missing.contains(name)
            {
                missing.push(name.clone());
            }
        }
        Command::Sequence(parts) => parts.iter().for_each(|part| missing_wildcards(part, in_variant, missing)),
        Command::Variant(variant) => {
            variant.values.iter().for_each(|value| missing_wildcards(value, true, missing));
        }
        Command::Wrap { wrapper, inner } => {
            missing_wildcards(wrapper, in_variant, missing);
            missing_wildcards(inner, in_variant, missing);
        }
        Command::Literal(_) | Command::Assignment { .. } | Command::Access { .. } => {}
    }
}
