//! One typed [`Settings`] out of command-line flags, environment, `invokeai.yaml` and defaults, in this order.
//!
//! A key is one line in a file of [`sections`]: name, type, default and its documentation. From that line come reading,
//! checking, the error message and the list of known keys. The user's file is read, never rewritten; this crate opens
//! no socket and knows no other crate of ours.

mod error;
mod load;
mod reader;
mod section;
pub mod sections;
#[cfg(test)]
mod tests;
mod value;

pub use error::ConfigError;
pub use load::{LoadOptions, Loaded, Settings};
pub use reader::Layer;
pub use section::Key;
pub use value::{Amount, FromValue, Int, Secret};
