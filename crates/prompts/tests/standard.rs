//! The tokenizer that comes with the crate, against that of transformers with the same vocabulary (`xtask/fixtures/standard_tokenizer.py`).

use std::collections::BTreeMap;

use invoke_prompts::{ClipTokenizer, Padding, tokenizer_files};

#[derive(serde::Deserialize)]
struct Row {
    padding: String,
    marks: [u32; 3],
    prompts: BTreeMap<String, Vec<u32>>,
}

#[test]
fn prompts_become_the_tokens_of_clip() {
    let rows = include_str!("../../../tests/fixtures/prompts/standard.json");
    for Row { padding, marks, prompts } in serde_json::from_str::<Vec<Row>>(rows).unwrap() {
        let padding = if padding == "!" { Padding::First } else { Padding::End };
        let packed = ClipTokenizer::standard(padding).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (name, contents) in tokenizer_files(padding).unwrap() {
            std::fs::write(folder.path().join(name), contents).unwrap();
        }
        for tokenizer in [packed, ClipTokenizer::open(folder.path()).unwrap()] {
            assert_eq!([tokenizer.start, tokenizer.end, tokenizer.padding], marks);
            assert_eq!(tokenizer.length, 77);
            for (prompt, ids) in &prompts {
                assert_eq!(&tokenizer.encode(prompt).unwrap(), ids, "{prompt:?}");
            }
        }
    }
}
