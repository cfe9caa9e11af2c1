//! How deep JSON may be nested.

/// Deeper JSON is not what any program of ours wrote.
const DEEPEST: usize = 64;

/// Whether more brackets are open at once than anybody needs. Told from the text, so before it is read.
pub(crate) fn is_too_deep(text: &str) -> bool {
    depth(text) > DEEPEST
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_do_not_count() {
        assert_eq!(depth(r#"{"a": ["[[[[", "\"[", {"b": 1}], "c": []}"#), 3);
        assert_eq!(depth("1"), 0);
        assert!(!is_too_deep(&"[".repeat(64)) && is_too_deep(&"[".repeat(65)));
    }
}
