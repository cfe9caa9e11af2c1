//! What a file or folder is, told from its configuration files alone. One file per kind of model; each says what it
//! recognises it by and which fields the record gets.

mod main;

use crate::IdentifyError;
use serde_json::{Map, Value};
use std::path::Path;

/// Longest configuration file that is read.
const CONFIG_LIMIT: u64 = 1 << 20;

/// The fields of the record that depend on what the model is, in the reference's order: `type`, … `base`.
///
/// # Errors
/// When it is not recognised, or a configuration file of it can not be used.
pub fn identify(path: &Path) -> Result<Map<String, Value>, IdentifyError> {
    main::identify(path)
}

/// Reads a JSON object.
fn read_config(file: &Path) -> Result<Map<String, Value>, IdentifyError> {
    let bad = |reason: String| IdentifyError::BadConfig { file: file.to_owned(), reason };
    let size = std::fs::metadata(file).map_err(|error| bad(error.to_string()))?.len();
    if size > CONFIG_LIMIT {
        return Err(bad(format!("expected a configuration of at most {CONFIG_LIMIT} bytes, got {size}")));
    }
    let bytes = std::fs::read(file).map_err(|error| bad(error.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|error| bad(format!("expected a JSON object: {error}")))
}
