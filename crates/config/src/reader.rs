//! Layers of values, asked key by key: environment first, then the file.

use crate::{ConfigError, FromValue};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Looks keys up and remembers which ones exist.
pub(crate) struct Reader<'a> {
    environment: BTreeMap<String, String>,
    file: Map<String, Value>,
    path: &'a Path,
    known: BTreeSet<&'static str>,
    given: BTreeMap<&'static str, Layer>,
}

/// Where a value comes from, if it is not the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// An environment variable or a flag.
    Environment,
    /// The file.
    File,
    /// A change made while the server runs.
    Runtime,
}

impl<'a> Reader<'a> {
    /// `environment` holds variable names without the prefix, in small letters; empty values count as absent.
    pub(crate) fn new(environment: BTreeMap<String, String>, file: Map<String, Value>, path: &'a Path) -> Self {
        Self { environment, file, path, known: BTreeSet::new(), given: BTreeMap::new() }
    }

    /// The value of `key` where one is given.
    pub(crate) fn get<T: FromValue>(&mut self, key: &'static str) -> Result<Option<T>, ConfigError> {
        self.known.insert(key);
        if let Some(text) = self.environment.get(key) {
            self.given.insert(key, Layer::Environment);
            let place = format!("environment variable INVOKEAI_{}", key.to_uppercase());
            return T::from_text(text).map(Some).ok_or_else(|| bad_value::<T>(place, key, text));
        }
        match self.file.get(key) {
            None => Ok(None),
            Some(value) => {
                self.given.insert(key, Layer::File);
                T::from_value(value)
                    .map(Some)
                    .ok_or_else(|| bad_value::<T>(self.path.display().to_string(), key, &value.to_string()))
            }
        }
    }

    /// The keys that were given, and where.
    pub(crate) fn given(&self) -> BTreeMap<&'static str, Layer> {
        self.given.clone()
    }

    /// One sentence for each key of the file that nobody asked for.
    pub(crate) fn warnings(&self) -> Vec<String> {
        let unknown = self.file.keys().filter(|key| !self.known.contains(key.as_str()));
        unknown.map(|key| unknown_key(&self.path.display().to_string(), key, &self.known)).collect()
    }
}

fn bad_value<T: FromValue>(place: String, key: &str, got: &str) -> ConfigError {
    // A secret with a wrong type must not reach the log either.
    let secret = key.contains("token") || key.contains("secret") || key.ends_with("api_key");
    let got = if secret { "(hidden)".to_owned() } else { got.chars().take(120).collect() };
    ConfigError::BadValue { place, key: key.to_owned(), expected: T::expected(), got }
}

fn unknown_key(file: &str, key: &str, known: &BTreeSet<&'static str>) -> String {
    let nearest = known.iter().map(|candidate| (strsim::damerau_levenshtein(key, candidate), candidate)).min();
    match nearest {
        Some((distance, candidate)) if distance <= key.len().max(3) / 3 => {
            format!("{file}: unknown key `{key}` is ignored; did you mean `{candidate}`?")
        }
        _ => format!("{file}: unknown key `{key}` is ignored"),
    }
}
