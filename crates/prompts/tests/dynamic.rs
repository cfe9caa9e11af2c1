//! Templates, against what the library the reference uses makes of them (`xtask/fixtures/dynamic_prompts.py`).

use std::path::Path;

use invoke_prompts::dynamic::{DynamicError, combinations, random};
use proptest::prelude::*;
use serde_json::{Value, json};

/// What was made, or the reference's name for why nothing was.
fn said(made: Result<Vec<String>, DynamicError>) -> Value {
    match made {
        Ok(prompts) => json!(prompts),
        Err(DynamicError::Syntax { .. }) => "ParseException".into(),
        Err(DynamicError::UnknownVariable(_)) => "KeyError".into(),
        Err(DynamicError::Recursion(_)) => "RecursionError".into(),
        Err(DynamicError::MissingWildcards(_) | DynamicError::NoWeight) => "ValueError".into(),
        Err(DynamicError::OnlyAssignment(_)) => "NotImplementedError".into(),
        Err(DynamicError::RanOut) => "RuntimeError".into(),
        Err(other) => other.to_string().into(),
    }
}

#[test]
fn templates_make_what_they_make_in_the_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/prompts/dynamic.json");
    let rows: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(rows.len() >= 300, "the fixture holds only {} rows", rows.len());
    let mut differing = Vec::new();
    for row in &rows {
        let template = row["template"].as_str().unwrap();
        let mut compare = |what: &str, ours: Value| {
            if let Some(theirs) = row.get(what)
                && ours != *theirs
            {
                differing.push(format!("{what} of {template:?}\n  ours:   {ours}\n  theirs: {theirs}"));
            }
        };
        compare("combinations", said(combinations(template, 8)));
        compare("random", said(random(template, 4, 7)));
    }
    assert!(differing.is_empty(), "{} differ:\n{}", differing.len(), differing.join("\n"));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let error = combinations("a cat\nwith 50% fur", 1).unwrap_err();
    assert_eq!(error.to_string(), "Expected end of text, found '%'  (at char 13), (line:2, col:8)");
}

#[test]
fn templates_that_would_never_end_are_given_up() {
    let nested = "{".repeat(1_000);
    assert_eq!(combinations(&nested, 1), Err(DynamicError::TooDeep(64)));
    // Every choice of these is the same text; the reference looks for a second one for ever.
    let endless = "${x={~a}}{${x}|${x}|b}";
    assert_eq!(combinations(endless, 10), Err(DynamicError::TooMuch));
    let long = format!("{{{}}}", vec!["a"; 40].join("|"));
    let deep = format!("{{30-40$${}}}", (0..40).map(|n| n.to_string()).collect::<Vec<_>>().join("|"));
    assert_eq!(combinations(&long, 10).unwrap(), ["a"]);
    assert_eq!(combinations(&deep, 3).unwrap().len(), 3);
}

proptest! {
    #[test]
    fn no_template_is_too_strange(template in "[a-c ~!@#$%{}|_:=./*0-2()\n-]{0,40}", seed: u64) {
        let _ = combinations(&template, 5);
        if let (Ok(first), Ok(second)) = (random(&template, 3, seed), random(&template, 3, seed)) {
            prop_assert_eq!(first, second);
        }
    }
}
