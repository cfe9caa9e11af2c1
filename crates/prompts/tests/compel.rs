//! Every prompt of the fixtures is read and laid out as compel does (made by `xtask/fixtures/prompts.py`).

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use invoke_prompts::{ClipTokenizer, Conjunction, Fragment, Prompt, chunk, parse};
use serde_json::{Value, json};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn rows(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(fixtures().join("prompts").join(name)).expect("the fixture is committed");
    serde_json::from_str(&text).expect("the fixture is a list")
}

fn fragments(fragments: &[Fragment]) -> Value {
    fragments.iter().map(|fragment| json!([fragment.text, fragment.weight])).collect()
}

fn described(conjunction: &Conjunction) -> Value {
    let describe = |prompt: &Prompt| match prompt {
        Prompt::Plain(parts) => json!({"plain": fragments(parts)}),
        Prompt::Swap { original, edited } => json!({"swap": [fragments(original), fragments(edited)]}),
        Prompt::Blend { parts, normalize } => json!({
            "blend": parts.iter().map(|(part, _)| fragments(part)).collect::<Value>(),
            "weights": parts.iter().map(|(_, weight)| weight).collect::<Vec<_>>(),
            "normalize": normalize,
        }),
    };
    conjunction.prompts.iter().map(|(prompt, weight)| json!([describe(prompt), weight])).collect()
}

#[test]
fn prompts_are_read_as_compel_reads_them() {
    let rows = rows("grammar.json");
    assert!(rows.len() > 170, "the fixture holds only {} prompts", rows.len());
    for row in rows {
        let text = row["prompt"].as_str().unwrap();
        let ours = parse(text);
        match &row["parsed"] {
            Value::Null => assert!(ours.is_err(), "compel refuses {text:?}, we read {ours:?}"),
            theirs => assert_eq!(&described(&ours.unwrap_or_else(|e| panic!("{text:?}: {e}"))), theirs, "{text:?}"),
        }
    }
}

#[test]
fn tokens_weights_and_spans_are_laid_out_as_compel_does() {
    let tokenizer = ClipTokenizer::open(&fixtures().join("models/tiny-sd15/tokenizer")).unwrap();
    assert_eq!((tokenizer.start, tokenizer.end, tokenizer.padding, tokenizer.length), (752, 753, 753, 77));
    let rows = rows("tokens.json");
    assert!(rows.len() > 60, "the fixture holds only {} prompts", rows.len());
    for row in rows {
        let text = row["prompt"].as_str().unwrap();
        let conjunction = parse(text).unwrap();
        let [(Prompt::Plain(fragments), _)] = conjunction.prompts.as_slice() else { panic!("{text:?} is not plain") };
        let chunks = chunk(&tokenizer, fragments).unwrap();
        let weights: Vec<f32> = serde_json::from_value(row["weights"].clone()).unwrap();
        // A span only matters through its mask: compel counts a mark at the edge of a chunk in when the text names that mark.
        let theirs: Vec<Option<[usize; 2]>> = serde_json::from_value(row["spans"].clone()).unwrap();
        let theirs: Vec<_> = theirs.iter().map(|span| span.map(|[start, end]| start..=end)).collect();
        let masks = |spans: &[Option<RangeInclusive<usize>>]| -> Vec<_> {
            spans.iter().map(|span| span.as_ref().map(|span| chunks.mask_without(span))).collect()
        };
        assert_eq!(json!(chunks.ids), row["ids"], "{text:?}");
        assert_eq!(chunks.weights, weights, "{text:?}");
        assert_eq!(masks(&chunks.spans), masks(&theirs), "{text:?}");
    }
}

#[test]
fn a_mask_leaves_the_edges_of_every_chunk_visible() {
    let tokenizer = ClipTokenizer::open(&fixtures().join("models/tiny-sd15/tokenizer")).unwrap();
    let chunks = chunk(&tokenizer, &[Fragment::new(&"red ".repeat(100), 0.5)]).unwrap();
    let mask = chunks.mask_without(&(1..=102));
    let hidden: Vec<_> = (0..mask.len()).filter(|place| !mask[*place]).collect();
    assert_eq!(hidden, (1..76).chain(78..103).collect::<Vec<_>>());
}

#[test]
fn what_cannot_be_read_is_named() {
    let message = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(
        message(r#"("a", "b").blend(1)"#),
        "`.blend()` has 2 prompts and 1 weights: one weight per prompt, or none"
    );
    assert_eq!(
        message(r#"("a", "b").blend(1,1) in the snow"#),
        "cannot read the prompt, unexpected text after an operator: `in the snow`"
    );
    assert_eq!(message(r#"("a", "b").and(x, 1)"#), "`.and()` takes numbers: `x`");
    assert_eq!(message(&"(".repeat(5000)), "parentheses are nested deeper than 100");
}

#[test]
fn a_folder_without_a_vocabulary_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let message = ClipTokenizer::open(folder.path()).unwrap_err().to_string();
    assert!(message.starts_with("cannot read the tokenizer file"), "{message}");
    assert!(message.contains("tokenizer_config.json"), "{message}");
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in r#"[a-c ,.()"+\=\\0-9\n-]{0,60}|\PC{0,40}"#) {
        let _ = parse(&text);
    }
}
