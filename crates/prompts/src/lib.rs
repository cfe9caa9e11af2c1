//! From the text of a prompt to the numbers a text encoder reads.
//!
//! Three steps, each a module, none of which knows a tensor:
//!
//! 1. [`parse`] reads the prompt grammar (`(red)1.3 fox++`, `("a", "b").blend(1, 2)`) into weighted [`Fragment`]s;
//! 2. [`ClipTokenizer`] turns text into token ids, from the files in a model's `tokenizer` folder, or those that come
//!    with this crate;
//! 3. [`chunk`] lays the ids of all fragments out in chunks of the encoder's length, with a weight for every token.
//!
//! [`dynamic`] makes many prompts out of one template before all that.
//!
//! What is done with the weights (encode, move away from the empty prompt, mask) is the engine's business.
//!
//! ```
//! let prompt = invoke_prompts::parse("a (red)1.5 fox").unwrap();
//! assert_eq!(prompt.to_string(), "{a}1 {red}1.5 {fox}1");
//! ```

mod chunk;
mod clip_tokenizer;
pub mod dynamic;
mod error;
mod flatten;
mod grammar;
mod prompt;
mod standard;

pub use chunk::{Chunks, chunk};
pub use clip_tokenizer::ClipTokenizer;
pub use error::PromptError;
pub use grammar::parse;
pub use prompt::{Conjunction, Fragment, Prompt};
pub use standard::{Padding, tokenizer_files};
