//! What the program is made of.

use crate::call::Call;
use crate::error::ApiError;
use crate::wire::json;
use actix_web::{HttpResponse, get};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The lock file the program was built from.
const LOCK_FILE: &str = include_str!("../../../../../Cargo.lock");

/// Name and version of each library, in alphabetical order.
static LIBRARIES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| libraries(LOCK_FILE));

/// The libraries and versions the program was built from. Of several versions of one, the latest.
#[utoipa::path(operation_id = "get_app_deps", tag = "app", responses((status = 200, body = HashMap<String, String>)))]
#[get("/api/v1/app/app_deps")]
pub(crate) async fn dependencies(_call: Call) -> Result<HttpResponse, ApiError> {
    let list = LIBRARIES.iter().map(|(name, version)| (name.clone(), version.clone().into()));
    Ok(json(&list.collect::<serde_json::Map<_, _>>()))
}

fn libraries(lock_file: &str) -> Vec<(String, String)> {
    let value =
        |line: &str, key: &str| Some(line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"')?.to_owned());
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut name = None;
    // Versions of one library follow each other from old to new.
    for line in lock_file.lines() {
        if let Some(next) = value(line, "name") {
            name = Some(next);
        } else if let (Some(version), Some(name)) = (value(line, "version"), name.take()) {
            found.insert(name, version);
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_what_this_is_built_from() {
        let found: BTreeMap<_, _> = libraries(LOCK_FILE).into_iter().collect();
        assert_eq!(found["invoke-api"], env!("CARGO_PKG_VERSION"));
        assert!(found["actix-web"].starts_with("4."));
        assert!(found.len() > 100);
    }

    #[test]
    fn of_two_versions_the_later_one_is_named() {
        let text = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a\"\nversion = \"2.0.0\"\n";
        assert_eq!(libraries(text), [("a".to_owned(), "2.0.0".to_owned())]);
    }
}
