//! The tokenizer that Stable Diffusion's text encoders were trained with, for models that do not bring it.
//!
//! The vocabulary is OpenAI's (`vocabulary/README.md`); its order is that of `simple_tokenizer.py` in
//! <https://github.com/openai/CLIP>: bytes, bytes that end a word, merges, two marks.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::PromptError;

const PACKED: &[u8] = include_bytes!("../vocabulary/bpe_simple_vocab_16e6.txt.gz");
/// Tokens of CLIP: the file has more merges than it uses.
const TOKENS: usize = 49_408;
const START: &str = "<|startoftext|>";
const END: &str = "<|endoftext|>";

/// What fills up the chunks of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// The mark of the end: CLIP-L.
    End,
    /// `!`, the first token: OpenCLIP.
    First,
}

/// What the files of a tokenizer's folder hold.
pub(crate) struct Standard {
    /// In the order of the ids.
    pub(crate) vocabulary: Vec<(String, u32)>,
    pub(crate) merges: Vec<(String, String)>,
    pub(crate) config: Value,
    pub(crate) special: Value,
}

impl Standard {
    pub(crate) fn new(padding: Padding) -> Result<Self, PromptError> {
        let mut text = String::new();
        let unpacked = GzDecoder::new(PACKED).read_to_string(&mut text);
        unpacked.map_err(|source| PromptError::File { path: "bpe_simple_vocab_16e6.txt.gz".into(), source })?;
        let letters = letters();
        let count = TOKENS - 2 * letters.len() - 2;
        let pairs = text.lines().skip(1).take(count).filter_map(|line| line.split_once(' '));
        let merges: Vec<_> = pairs.map(|(left, right)| (left.to_owned(), right.to_owned())).collect();
        let single = letters.iter().map(char::to_string);
        let last = letters.iter().map(|letter| format!("{letter}</w>"));
        let merged = merges.iter().map(|(left, right)| format!("{left}{right}"));
        let tokens = single.chain(last).chain(merged).chain([START.to_owned(), END.to_owned()]);
        let padding = match padding {
            Padding::End => END,
            Padding::First => "!",
        };
        let mark = |content: &str| json!({"content": content, "lstrip": false, "normalized": true, "rstrip": false, "single_word": false});
        let special =
            json!({"bos_token": mark(START), "eos_token": mark(END), "pad_token": padding, "unk_token": mark(END)});
        let mut config = json!({
            "add_prefix_space": false,
            "do_lower_case": true,
            "errors": "replace",
            "model_max_length": 77,
            "tokenizer_class": "CLIPTokenizer",
        });
        for key in ["bos_token", "eos_token", "pad_token", "unk_token"] {
            config[key] = special[key].clone();
        }
        Ok(Self { vocabulary: tokens.zip(0..).collect(), merges, config, special })
    }
}

/// The files of a tokenizer's folder by name, for a model that is to become one.
pub fn tokenizer_files(padding: Padding) -> Result<[(&'static str, String); 4], PromptError> {
    let Standard { vocabulary, merges, config, special } = Standard::new(padding)?;
    let vocabulary: serde_json::Map<String, Value> =
        vocabulary.into_iter().map(|(token, id)| (token, id.into())).collect();
    let merges: String = merges.into_iter().map(|(left, right)| format!("{left} {right}\n")).collect();
    Ok([
        ("vocab.json", Value::Object(vocabulary).to_string()),
        ("merges.txt", format!("#version: 0.2\n{merges}")),
        ("tokenizer_config.json", config.to_string()),
        ("special_tokens_map.json", special.to_string()),
    ])
}

/// A letter for each byte, those that can be printed as themselves first.
fn letters() -> Vec<char> {
    let printable = |byte: &u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let own = (0..=u8::MAX).filter(printable).map(char::from);
    let others = (0..=u8::MAX).filter(|byte| !printable(byte)).count() as u32;
    own.chain((0..others).filter_map(|index| char::from_u32(256 + index))).collect()
}
