//! Reading a configuration file that lies beside a model's weights.

use std::path::Path;

use serde::de::DeserializeOwned;

use crate::{EngineError, Result};

/// Reads `file` as JSON of this form; every failure names the file.
pub(crate) fn read<T: DeserializeOwned>(file: &Path) -> Result<T> {
    let fail = |reason: String| EngineError::Config { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| fail(format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| fail(format!("is not as expected: {error}")))
}
