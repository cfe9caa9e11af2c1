//! From the bytes somebody sent to a picture that is kept: recognised, bounded, decoded, what it carries checked.

use super::{Images, NewImage};
use crate::{LibraryError, Unreadable};
use invoke_domain::{BoardId, ImageCategory, ImageOrigin, ImageRecord, SessionId};
use invoke_imaging::{Mode, control_map, picture};
use invoke_permissions::Actor;
use serde_json::Value;

/// What somebody sent.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The file's bytes.
    pub bytes: Vec<u8>,
    /// What it is for.
    pub category: ImageCategory,
    /// Kept out of the gallery.
    pub is_intermediate: bool,
    /// The board to put it on.
    pub board_id: Option<BoardId>,
    /// The session it belongs to.
    pub session_id: Option<SessionId>,
    /// Cut off what is transparent, or black where nothing is transparent, around the picture.
    pub crop_visible: bool,
    /// The size to bring it to.
    pub resize_to: Option<(u32, u32)>,
    /// Metadata in place of what the file carries.
    pub metadata: Option<String>,
}

/// Deeper JSON is not what any program of ours wrote.
const DEEPEST_JSON: usize = 64;
/// Longer metadata is not kept; canvas sessions come to some hundred kilobytes.
const LONGEST_METADATA: usize = 4 << 20;

impl Images {
    /// Keeps what somebody sent as their own. A JPEG or WebP is kept as PNG, as the reference does it.
    pub fn upload(&self, actor: &Actor, upload: Upload) -> Result<ImageRecord, LibraryError> {
        // Before any work: somebody who may not put it there need not wait for it to be decoded.
        self.check_board(actor, upload.board_id.as_ref())?;
        let (mut pixels, text) = picture::decode_bounded(&upload.bytes, picture::Limits::default())
            .map_err(|error| LibraryError::UnreadablePicture(Unreadable(error)))?;
        drop(upload.bytes);
        if upload.crop_visible {
            pixels = picture::crop_visible(pixels)?;
        }
        if let Some((width, height)) = upload.resize_to {
            pixels = control_map::resize_map(&pixels.convert(Mode::Rgba), width, height)?;
        }
        let carried = |keyword: &str| text.iter().find(|(key, _)| key == keyword).map(|(_, value)| value.clone());
        let metadata = upload.metadata.or_else(|| carried("invokeai_metadata"));
        self.store(
            actor,
            NewImage {
                is_intermediate: upload.is_intermediate,
                board_id: upload.board_id,
                session_id: upload.session_id,
                metadata: metadata.filter(|text| is_metadata(text)),
                workflow: carried("invokeai_workflow").filter(|text| is_workflow(text)),
                graph: carried("invokeai_graph").filter(|text| is_graph(text)),
                ..NewImage::new(pixels, ImageOrigin::External, upload.category)
            },
        )
    }
}

fn parse(text: &str) -> Option<Value> {
    if text.len() > LONGEST_METADATA || depth(text) > DEEPEST_JSON {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// How many brackets are open at most, strings left out.
fn depth(text: &str) -> usize {
    let (mut open, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                open += 1;
                deepest = deepest.max(open);
            }
            b'}' | b']' if !in_text => open = open.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn is_metadata(text: &str) -> bool {
    parse(text).is_some_and(|value| value.is_object())
}

/// The fields every workflow of the reference has.
fn is_workflow(text: &str) -> bool {
    let Some(value) = parse(text) else { return false };
    let texts = ["name", "author", "description", "version", "contact", "tags", "notes"];
    let objects = |list: &Value| list.as_array().is_some_and(|list| list.iter().all(Value::is_object));
    texts.iter().all(|key| value[*key].is_string())
        && ["exposedFields", "nodes", "edges"].iter().all(|key| objects(&value[*key]))
        && value["exposedFields"].as_array().is_some_and(|fields| {
            fields.iter().all(|field| field["nodeId"].is_string() && field["fieldName"].is_string())
        })
        && value["meta"]["version"].as_str().is_some_and(is_version)
        && matches!(value["meta"]["category"].as_str(), Some("user" | "default"))
        && (value["form"].is_null() || value["form"].is_object())
}

/// Three numbers, and whatever semantic versions may have after them.
fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    numbers.split('.').count() == 3 && numbers.split('.').all(|number| number.parse::<u64>().is_ok())
}

fn is_graph(text: &str) -> bool {
    parse(text).is_some_and(|value| value["nodes"].is_object() && value["edges"].is_array())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_an_object_and_not_too_deep() {
        assert!(is_metadata(r#"{"a": [1, "[[[["]}"#));
        for wrong in ["not json", "[1, 2]", "null", ""] {
            assert!(!is_metadata(wrong), "{wrong}");
        }
        let nested = |levels: usize| format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels));
        assert!(is_metadata(&nested(60)));
        assert!(!is_metadata(&nested(100)));
        assert!(!is_metadata(&"[".repeat(100_000)));
    }

    #[test]
    fn a_workflow_has_all_its_fields() {
        let whole = r#"{"name":"w","author":"","description":"","version":"","contact":"","tags":"","notes":"",
            "exposedFields":[{"nodeId":"n","fieldName":"f"}],"meta":{"version":"3.0.0","category":"user"},
            "nodes":[{}],"edges":[]}"#;
        assert!(is_workflow(whole));
        for (from, to) in
            [("\"name\":\"w\",", ""), ("\"nodes\":[{}]", "\"nodes\":[1]"), ("3.0.0", "3"), ("nodeId", "node")]
        {
            assert!(!is_workflow(&whole.replace(from, to)), "{from}");
        }
        assert!(!is_workflow(&whole.replace("user", "nobody's")));
        assert!(!is_workflow("{\"nodes\": {}}"));
    }

    #[test]
    fn a_graph_has_nodes_and_edges() {
        assert!(is_graph(r#"{"nodes": {}, "edges": []}"#));
        assert!(!is_graph(r#"{"nodes": [], "edges": []}"#));
    }
}
