//! Recorded exchanges with the reference, and the comparison of an answer of ours with a recorded one.
//!
//! Ids and times cannot be equal; what must hold is that they have the same form, and that the same id in two places of
//! the recordings is the same id in two places of ours. The comparison learns this pairing as it goes.

use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// One recorded exchange.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// What it shows.
    pub step: String,
    /// HTTP method; `-` for an observation without request.
    pub method: String,
    /// Path with query.
    pub path: String,
    /// Whose token was sent: `none`, `admin`, `user1`, `user2`.
    pub auth: String,
    /// Status of the answer.
    pub status: u16,
    /// Content type of the answer.
    #[serde(default)]
    pub content_type: String,
    /// JSON body sent.
    pub request_body: Option<Value>,
    /// Body sent as it stands.
    pub request_body_raw: Option<String>,
    /// Form sent.
    pub form: Option<Value>,
    /// Headers sent.
    #[serde(default)]
    pub request_headers: Map<String, Value>,
    /// Cookies sent.
    #[serde(default)]
    pub request_cookies: Map<String, Value>,
    /// Headers of the answer that matter.
    #[serde(default)]
    pub response_headers: Map<String, Value>,
    /// Body of the answer.
    #[serde(default)]
    pub response_body: Value,
}

impl Exchange {
    /// The exchanges of a file, one JSON object per line.
    ///
    /// # Panics
    /// When a line is not an exchange.
    pub fn read_all(text: &str) -> Vec<Self> {
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
    }

    /// The path without its query.
    pub fn bare_path(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }
}

/// Which id of ours stands for which recorded one.
#[derive(Debug, Default)]
pub struct Pairing {
    ours: HashMap<String, String>,
    theirs: HashMap<String, String>,
}

impl Pairing {
    /// Declares that our `ours` stands for the recorded `theirs`.
    pub fn pair(&mut self, theirs: &str, ours: &str) {
        self.ours.insert(theirs.to_owned(), ours.to_owned());
        self.theirs.insert(ours.to_owned(), theirs.to_owned());
    }

    /// A recorded text with our ids in it.
    pub fn translate(&self, recorded: &str) -> String {
        let mut text = recorded.to_owned();
        for (theirs, ours) in &self.ours {
            if theirs.len() == UUID_LENGTH {
                text = text.replace(theirs, ours);
            }
        }
        text
    }

    /// A recorded JSON value with our ids in it.
    pub fn translate_json(&self, recorded: &Value) -> Value {
        let text = self.translate(&recorded.to_string());
        serde_json::from_str(&text).expect("ids are replaced by ids")
    }

    /// Compares an answer with the recorded one; the differences, one line each.
    pub fn compare(&mut self, theirs: &Value, ours: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.walk("", theirs, ours, &mut found);
        found
    }

    fn walk(&mut self, at: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
        match (theirs, ours) {
            (Value::Object(a), Value::Object(b)) => self.walk_objects(at, a, b, found),
            (Value::Array(a), Value::Array(b)) => self.walk_lists(at, a, b, found),
            (Value::String(a), Value::String(b)) => {
                if !self.same_text(a, b) {
                    found.push(format!("{at}: recorded {a:?}, got {b:?}"));
                }
            }
            // What was too long for the recordings.
            (Value::String(a), _) if a.starts_with('…') || a.starts_with('<') => {}
            (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
            _ if theirs == ours => {}
            _ => found.push(format!("{at}: recorded {theirs}, got {ours}")),
        }
    }

    fn walk_objects(&mut self, at: &str, a: &Map<String, Value>, b: &Map<String, Value>, found: &mut Vec<String>) {
        // Keys that are ids come in order of making on both sides.
        let ids = |map: &Map<String, Value>| map.keys().filter(|key| is_uuid(key)).cloned().collect::<Vec<_>>();
        let (their_ids, our_ids) = (ids(a), ids(b));
        if their_ids.len() == our_ids.len() {
            for (theirs, ours) in their_ids.iter().zip(&our_ids) {
                if !self.ours.contains_key(theirs) && !self.theirs.contains_key(ours) {
                    self.pair(theirs, ours);
                }
            }
        }
        let is_cut = a.contains_key("…");
        for (key, theirs) in a.iter().filter(|(key, _)| *key != "…") {
            let ours = b.get(self.ours.get(key).unwrap_or(key));
            match ours {
                Some(ours) if UNORDERED.contains(&key.as_str()) => {
                    self.walk(
                        &format!("{at}/{key}"),
                        &sorted(theirs, |id| self.translate(id)),
                        &sorted(ours, str::to_owned),
                        found,
                    );
                }
                Some(ours) => self.walk(&format!("{at}/{key}"), theirs, ours, found),
                None => found.push(format!("{at}/{key}: missing, recorded {theirs}")),
            }
        }
        if !is_cut {
            for (key, ours) in b {
                if !a.contains_key(self.theirs.get(key).unwrap_or(key)) {
                    found.push(format!("{at}/{key}: not recorded, got {ours}"));
                }
            }
        }
    }

    fn walk_lists(&mut self, at: &str, a: &[Value], b: &[Value], found: &mut Vec<String>) {
        let more = a.last().and_then(Value::as_str).and_then(left_out);
        let shown = if more.is_some() { &a[..a.len() - 1] } else { a };
        let length = shown.len() + more.unwrap_or(0);
        if b.len() != length {
            found.push(format!("{at}: recorded {length} entries, got {}", b.len()));
        }
        for (index, (theirs, ours)) in shown.iter().zip(b).enumerate() {
            self.walk(&format!("{at}/{index}"), theirs, ours, found);
        }
    }

    fn same_text(&mut self, theirs: &str, ours: &str) -> bool {
        if theirs == ours || (is_time(theirs) && form(theirs) == form(ours)) {
            return true;
        }
        if theirs.starts_with("<jwt") {
            return ours.split('.').count() == 3;
        }
        if let Some((start, _)) = theirs.split_once('…') {
            return ours.starts_with(&self.translate(start)) || start.is_empty();
        }
        // Texts like `Queue item … not found` or URLs carry ids inside.
        let (their_ids, our_ids) = (uuids_in(theirs), uuids_in(ours));
        if their_ids.is_empty()
            || their_ids.len() != our_ids.len()
            || without(theirs, &their_ids) != without(ours, &our_ids)
        {
            return false;
        }
        their_ids.into_iter().zip(our_ids).all(|(theirs, ours)| self.same_id(theirs, ours))
    }

    fn same_id(&mut self, theirs: &str, ours: &str) -> bool {
        match (self.ours.get(theirs), self.theirs.get(ours)) {
            (Some(known), Some(_)) => known == ours,
            (None, None) => {
                self.pair(theirs, ours);
                true
            }
            _ => false,
        }
    }
}

const UUID_LENGTH: usize = 36;

/// Lists that are sets to the reference, in an order that means nothing.
const UNORDERED: [&str; 7] = [
    "executed",
    "affected_boards",
    "added_images",
    "removed_images",
    "deleted_images",
    "starred_images",
    "unstarred_images",
];

/// The texts of a list in order.
fn sorted(list: &Value, shown: impl Fn(&str) -> String) -> Value {
    let mut texts: Vec<String> = list.as_array().into_iter().flatten().filter_map(Value::as_str).map(shown).collect();
    texts.sort();
    texts.into()
}

fn is_uuid(text: &str) -> bool {
    invoke_domain::effects::is_uuid(text)
}

fn uuids_in(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + UUID_LENGTH <= text.len() {
        match text.get(at..at + UUID_LENGTH) {
            Some(piece) if is_uuid(piece) => {
                found.push(piece);
                at += UUID_LENGTH;
            }
            _ => at += 1,
        }
    }
    found
}

fn without(text: &str, ids: &[&str]) -> String {
    ids.iter().fold(text.to_owned(), |text, id| text.replacen(id, "*", 1))
}

/// `…(+5 more)` says how many entries were left out.
fn left_out(text: &str) -> Option<usize> {
    text.strip_prefix("…(+")?.split(' ').next()?.parse().ok()
}

fn is_time(text: &str) -> bool {
    text.len() >= 19 && form(text).starts_with("9999-99-99") && text.as_bytes()[13] == b':'
}

/// The form of a text: every digit is a nine, and any number of digits behind the point is one.
fn form(text: &str) -> String {
    let mut form = String::new();
    let mut fraction = false;
    for letter in text.chars() {
        match letter {
            digit if digit.is_ascii_digit() => {
                if !(fraction && form.ends_with('9')) {
                    form.push('9');
                }
            }
            other => {
                fraction = other == '.';
                form.push(other);
            }
        }
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const THEIRS: &str = "69b2236f-d694-4db4-86ee-cb921bb61f81";
    const OTHERS: &str = "65ef62cb-c632-4343-be7c-7ca3617e898e";
    const OURS: &str = "00000000-0000-4000-8000-000000000001";

    #[test]
    fn one_recorded_id_cannot_stand_for_two_of_ours() {
        let mut pairing = Pairing::default();
        assert!(pairing.compare(&json!({ "a": THEIRS }), &json!({ "a": OURS })).is_empty());
        assert!(pairing.compare(&json!(format!("i/{THEIRS}.png")), &json!(format!("i/{OURS}.png"))).is_empty());
        assert_eq!(pairing.compare(&json!(OTHERS), &json!(OURS)).len(), 1);
    }

    #[test]
    fn times_must_have_the_same_form() {
        let mut pairing = Pairing::default();
        let theirs = json!("2026-11-20 21:19:58.844");
        assert!(pairing.compare(&theirs, &json!("2027-01-02 03:04:05.006")).is_empty());
        assert_eq!(pairing.compare(&theirs, &json!("2027-01-02T03:04:05.006")).len(), 1);
    }

    #[test]
    fn missing_and_additional_fields_are_differences() {
        let found = Pairing::default().compare(&json!({ "a": 1, "b": null }), &json!({ "a": 2, "c": 3 }));
        assert_eq!(found, ["/a: recorded 1, got 2", "/b: missing, recorded null", "/c: not recorded, got 3"]);
    }

    #[test]
    fn what_the_recordings_left_out_is_counted_but_not_compared() {
        let mut pairing = Pairing::default();
        assert!(pairing.compare(&json!([1, "…(+2 more)"]), &json!([1, 2, 3])).is_empty());
        assert_eq!(pairing.compare(&json!([1, "…(+2 more)"]), &json!([1, 2])).len(), 1);
        assert!(pairing.compare(&json!({ "a": 1, "…": "rest" }), &json!({ "a": 1, "b": 2 })).is_empty());
    }
}
