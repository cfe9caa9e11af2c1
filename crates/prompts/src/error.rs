use std::path::PathBuf;

/// Why a prompt or a tokenizer could not be read.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The prompt starts like an operator and then does not follow its grammar.
    #[error("cannot read the prompt, unexpected text after an operator: `{rest}`")]
    Syntax {
        /// What stands there.
        rest: String,
    },
    /// `("a", "b").blend(1)` and its like.
    #[error("`.{operator}()` has {prompts} prompts and {weights} weights: one weight per prompt, or none")]
    Weights {
        /// `blend` or `and`.
        operator: &'static str,
        /// How many prompts it was given.
        prompts: usize,
        /// How many weights.
        weights: usize,
    },
    /// An argument of `.blend()` or `.and()` that is neither a number nor a known word.
    #[error("`.{operator}()` takes numbers: `{found}`")]
    NotANumber {
        /// `blend` or `and`.
        operator: &'static str,
        /// The argument as written.
        found: String,
    },
    /// Attention maps of several prompts cannot be swapped at once.
    #[error("`.swap()` cannot be part of a `.blend()`")]
    SwapInBlend,
    /// Parentheses inside parentheses, too many for any reader.
    #[error("parentheses are nested deeper than {0}")]
    TooDeep(usize),
    /// A file of the tokenizer folder is absent or cannot be read.
    #[error("cannot read the tokenizer file `{path}`: {source}", path = path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the tokenizer folder holds something else than expected.
    #[error("the tokenizer file `{path}` is not valid: {reason}", path = path.display())]
    Format {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The tokenizer refused a text.
    #[error("cannot tokenize the prompt: {0}")]
    Tokenize(String),
}
