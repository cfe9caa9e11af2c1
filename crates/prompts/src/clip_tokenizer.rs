//! CLIP's tokenizer: lower case, split into words, byte pair encoding with `</w>` at the end of a word.
//!
//! Radford et al., "Learning Transferable Visual Models From Natural Language Supervision" (2021). The rules are those of
//! `CLIPTokenizer` in transformers 5.5 (`src/transformers/models/clip/tokenization_clip.py`).

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tokenizers::models::bpe::{BPE, Merges, Vocab};
use tokenizers::normalizers::{Lowercase, NFC, Replace, Sequence};
use tokenizers::pre_tokenizers::byte_level::ByteLevel;
use tokenizers::pre_tokenizers::sequence::Sequence as PreSequence;
use tokenizers::pre_tokenizers::split::{Split, SplitPattern};
use tokenizers::{AddedToken, NormalizerWrapper, PreTokenizerWrapper, SplitDelimiterBehavior, Tokenizer};

use crate::PromptError;
use crate::standard::{Padding, Standard};

/// Words, single digits, and runs of anything else that is not a space.
const WORDS: &str = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

/// The tokenizer of one model.
#[derive(Debug, Clone)]
pub struct ClipTokenizer {
    tokenizer: Tokenizer,
    /// Tokens that are more than one, and what follows them.
    longer: HashMap<u32, Vec<u32>>,
    /// Marks the start of every chunk.
    pub start: u32,
    /// Marks the end of the text in every chunk.
    pub end: u32,
    /// Fills a chunk up; the same as `end` for CLIP-L.
    pub padding: u32,
    /// How many tokens a chunk holds, marks included: 77.
    pub length: usize,
}

impl ClipTokenizer {
    /// Reads `vocab.json`, `merges.txt`, `tokenizer_config.json` and (if there) `special_tokens_map.json` of a model's tokenizer folder.
    pub fn open(folder: &Path) -> Result<Self, PromptError> {
        let config = json(&folder.join("tokenizer_config.json"))?;
        let special = match json(&folder.join("special_tokens_map.json")) {
            Err(PromptError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => Value::Null,
            other => other?,
        };
        let vocabulary_path = folder.join("vocab.json");
        let merges_path = folder.join("merges.txt");
        let words = (vocabulary(&vocabulary_path)?, merges(&merges_path)?);
        Self::new(words, &config, &special, (&vocabulary_path, &merges_path))
    }

    /// The tokenizer of models that bring none, such as those that are one file: CLIP's own vocabulary, with chunks filled up as
    /// the text encoder is used to.
    pub fn standard(padding: Padding) -> Result<Self, PromptError> {
        let Standard { vocabulary, merges, config, special } = Standard::new(padding)?;
        let paths = (Path::new("vocab.json"), Path::new("merges.txt"));
        Self::new((vocabulary.into_iter().collect(), merges), &config, &special, paths)
    }

    /// `paths` are what messages name the vocabulary and the merges by.
    fn new(
        (vocabulary, merges): (Vocab, Merges),
        config: &Value,
        special: &Value,
        (vocabulary_path, merges_path): (&Path, &Path),
    ) -> Result<Self, PromptError> {
        let name = |key: &str| special_token(config, key).or_else(|| special_token(special, key));
        let unknown = name("unk_token").unwrap_or_else(|| plain("<|endoftext|>"));
        let start = name("bos_token").unwrap_or_else(|| plain("<|startoftext|>"));
        let end = name("eos_token").unwrap_or_else(|| plain("<|endoftext|>"));
        let padding = name("pad_token").unwrap_or_else(|| plain("<|endoftext|>"));

        let bpe = BPE::builder()
            .vocab_and_merges(vocabulary, merges)
            .continuing_subword_prefix(String::new())
            .end_of_word_suffix("</w>".to_owned())
            .unk_token(unknown.content.clone())
            .build()
            .map_err(|error| format_error(merges_path, error.to_string()))?;
        let mut tokenizer = Tokenizer::new(bpe);
        let pattern = |error: tokenizers::Error| PromptError::Tokenize(error.to_string());
        let spaces = tokenizers::normalizers::replace::ReplacePattern::Regex(r"\s+".to_owned());
        tokenizer.with_normalizer(Some(NormalizerWrapper::Sequence(Sequence::new(vec![
            NFC.into(),
            Replace::new(spaces, " ").map_err(pattern)?.into(),
            Lowercase.into(),
        ]))));
        let words = Split::new(SplitPattern::Regex(WORDS.to_owned()), SplitDelimiterBehavior::Removed, true);
        tokenizer.with_pre_tokenizer(Some(PreTokenizerWrapper::Sequence(PreSequence::new(vec![
            PreTokenizerWrapper::Split(words.map_err(pattern)?),
            PreTokenizerWrapper::ByteLevel(ByteLevel::new(false, true, true)),
        ]))));
        tokenizer.add_special_tokens(&[unknown, start.clone(), end.clone(), padding.clone()]);

        let id = |token: &AddedToken| {
            tokenizer.token_to_id(&token.content).ok_or_else(|| PromptError::Format {
                path: vocabulary_path.to_owned(),
                reason: format!("it lacks the special token `{}`", token.content),
            })
        };
        let (start, end, padding) = (id(&start)?, id(&end)?, id(&padding)?);
        // Some published configs carry a nonsense length (10^30): CLIP never has more than 77 positions.
        let length = config.get("model_max_length").and_then(Value::as_u64).filter(|length| (3..=77).contains(length));
        let longer = HashMap::new();
        Ok(Self { tokenizer, longer, start, end, padding, length: length.unwrap_or(77) as usize })
    }

    /// The ids of a text, without marks and of any length.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, PromptError> {
        let encoding = self.tokenizer.encode(text, false).map_err(|error| PromptError::Tokenize(error.to_string()))?;
        let ids = encoding.get_ids();
        if self.longer.is_empty() {
            return Ok(ids.to_vec());
        }
        let with_rest = |id: &u32| std::iter::once(*id).chain(self.longer.get(id).into_iter().flatten().copied());
        // What no longer fits into one chunk is cut off, as in the reference, which does so only beside such words.
        Ok(ids.iter().flat_map(with_rest).take(self.length - 2).collect())
    }

    /// The same tokenizer that knows these words as well, as `<word>`, each of so many tokens; gives the ids of those.
    pub fn with_words(&self, words: &[(&str, usize)]) -> Result<(Self, Vec<Vec<u32>>), PromptError> {
        let Self { mut tokenizer, mut longer, start, end, padding, length } = self.clone();
        let mut all = Vec::with_capacity(words.len());
        for (word, count) in words {
            let token = |i: usize| if i == 0 { format!("<{word}>") } else { format!("<{word}-!pad-{i}>") };
            let mut ids = Vec::with_capacity(*count);
            for token in (0..*count).map(token) {
                tokenizer.add_tokens(&[AddedToken::from(token.clone(), false)]);
                let id = tokenizer.token_to_id(&token);
                ids.push(id.ok_or_else(|| PromptError::Tokenize(format!("`{token}` cannot be made a token")))?);
            }
            if let [first, rest @ ..] = &ids[..]
                && !rest.is_empty()
            {
                longer.insert(*first, rest.to_vec());
            }
            all.push(ids);
        }
        Ok((Self { tokenizer, longer, start, end, padding, length }, all))
    }

    /// The token behind an id, `</w>` included.
    pub fn token(&self, id: u32) -> Option<String> {
        self.tokenizer.id_to_token(id)
    }
}

fn plain(content: &str) -> AddedToken {
    AddedToken::from(content, true)
}

/// Either a string or an object with `content` and how the token is matched.
fn special_token(config: &Value, key: &str) -> Option<AddedToken> {
    match config.get(key)? {
        Value::String(content) => Some(plain(content)),
        Value::Object(token) => {
            let flag = |name: &str| token.get(name).and_then(Value::as_bool).unwrap_or(false);
            let content = token.get("content")?.as_str()?;
            Some(
                plain(content)
                    .lstrip(flag("lstrip"))
                    .rstrip(flag("rstrip"))
                    .single_word(flag("single_word"))
                    .normalized(flag("normalized")),
            )
        }
        _ => None,
    }
}

fn read(path: &Path) -> Result<String, PromptError> {
    std::fs::read_to_string(path).map_err(|source| PromptError::File { path: path.to_owned(), source })
}

fn json(path: &Path) -> Result<Value, PromptError> {
    serde_json::from_str(&read(path)?).map_err(|error| format_error(path, error.to_string()))
}

fn format_error(path: &Path, reason: String) -> PromptError {
    PromptError::Format { path: PathBuf::from(path), reason }
}

fn vocabulary(path: &Path) -> Result<Vocab, PromptError> {
    let Value::Object(entries) = json(path)? else {
        return Err(format_error(path, "expected an object of token and id".to_owned()));
    };
    let id = |token: &str, id: &Value| {
        let id = id.as_u64().and_then(|id| u32::try_from(id).ok());
        id.ok_or_else(|| format_error(path, format!("the id of `{token}` is not a number")))
    };
    entries.iter().map(|(token, value)| Ok((token.clone(), id(token, value)?))).collect()
}

/// One pair per line, after a version line.
fn merges(path: &Path) -> Result<Merges, PromptError> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.starts_with("#version") && !line.trim().is_empty());
    let pair = |(number, line): (usize, &str)| {
        let pair = line.split_once(' ').map(|(left, right)| (left.to_owned(), right.to_owned()));
        pair.ok_or_else(|| format_error(path, format!("line {} is not a pair: `{line}`", number + 1)))
    };
    lines.map(pair).collect()
}
