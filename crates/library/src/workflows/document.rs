//! The document of a workflow: JSON of the editor. What is inside nodes, edges and form is the editor's business.

use crate::LibraryError;
use crate::nesting::is_too_deep;
use invoke_domain::{WorkflowCategory, WorkflowId};
use serde_json::{Map, Value};

/// The document's fields.
pub type Document = Map<String, Value>;

/// The longest document kept, as text. The largest that come with the reference have a tenth of a megabyte.
const LIMIT: usize = 8 << 20;
/// The tag of what is published.
const SHARED: &str = "shared";

/// The text of a document of somebody's own, under its id.
pub(super) fn to_be_kept(mut document: Document, id: &WorkflowId) -> Result<String, LibraryError> {
    let refused = |reason| LibraryError::Document { reason };
    let category = document.get("meta").and_then(|meta| meta["category"].as_str());
    if category != Some(WorkflowCategory::User.as_str()) {
        return Err(refused("those of category `default` come with the program"));
    }
    document.insert("id".to_owned(), id.0.clone().into());
    let text = Value::Object(document).to_string();
    if text.len() > LIMIT {
        return Err(refused("it is longer than 8 MiB"));
    }
    if is_too_deep(&text) {
        return Err(refused("it is nested more than 64 levels deep"));
    }
    Ok(text)
}

/// The document with the tag `shared`, or without it.
pub(crate) fn with_shared_tag(document: &str, shared: bool) -> Result<String, LibraryError> {
    let unreadable = |_| LibraryError::Document { reason: "it is no JSON object" };
    let mut document: Document = serde_json::from_str(document).map_err(unreadable)?;
    let tags = document.get("tags").and_then(Value::as_str).unwrap_or_default();
    let mut tags: Vec<&str> = tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()).collect();
    if shared && !tags.contains(&SHARED) {
        tags.push(SHARED);
    } else if !shared {
        tags.retain(|tag| *tag != SHARED);
    }
    let tags = tags.join(", ");
    document.insert("tags".to_owned(), tags.into());
    Ok(Value::Object(document).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(before: &str, shared: bool) -> String {
        let document = serde_json::json!({ "tags": before }).to_string();
        let after: Value = serde_json::from_str(&with_shared_tag(&document, shared).unwrap()).unwrap();
        after["tags"].as_str().unwrap().to_owned()
    }

    #[test]
    fn publishing_adds_the_tag_once_and_taking_back_removes_it() {
        assert_eq!(tags("math, demo", true), "math, demo, shared");
        assert_eq!(tags("math, demo, shared", true), "math, demo, shared");
        assert_eq!(tags("math, demo, shared", false), "math, demo");
        assert_eq!(tags(" ,, a ,", false), "a");
        assert_eq!(tags("", true), "shared");
        // Part of a word is not the word.
        assert_eq!(tags("unshared", false), "unshared");
    }
}
