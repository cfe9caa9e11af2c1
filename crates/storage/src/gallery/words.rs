//! The words of texts, by which a word that very many images have is found.
//!
//! A word is what the tokenizer of `gallery_words` takes for one: letters of ASCII, whose case does not count, and all characters
//! beyond. A term of ASCII letters that is anywhere in a text is then within one of its words.

use crate::{ReadTx, StorageError};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use std::collections::BTreeSet;

/// Words of fewer bytes are not part of the vocabulary: shorter terms are not looked for by an index.
const SHORTEST: usize = 3;
/// FTS5 cuts words to so many bytes.
const LONGEST: usize = 32_768;
/// A term that is part of more words than this is left to the trigram index.
const MOST: usize = 32;

/// Adds the function `words(text)`, an array in JSON, to a connection.
pub(super) fn register(connection: &Connection) -> Result<(), rusqlite::Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("words", 1, flags, |context| {
        let text: Option<String> = context.get(0)?;
        let words: BTreeSet<String> = text.as_deref().map(words).unwrap_or_default();
        Ok(serde_json::Value::from_iter(words).to_string())
    })
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphabetic())
        .filter(|word| (SHORTEST..=LONGEST).contains(&word.len()))
        .map(str::to_ascii_lowercase)
        .collect()
}

/// What to ask `gallery_words` for to find the images whose text has this term; none where the trigram index has to be asked.
pub(super) fn expression(tx: &ReadTx<'_>, term: &str) -> Result<Option<String>, StorageError> {
    if term.len() < SHORTEST || !term.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Ok(None);
    }
    let term = term.to_ascii_lowercase();
    let mut statement = tx.sql().prepare_cached("SELECT word FROM gallery_vocabulary WHERE instr(word, ?1)")?;
    let words = statement.query_map([&term], |row| row.get::<_, String>(0))?;
    let words = words.take(MOST + 1).collect::<Result<Vec<_>, _>>()?;
    if words.len() > MOST {
        return Ok(None);
    }
    // Where no word has it, nothing is found; no expression says that, so it is looked for itself.
    let words = if words.is_empty() { vec![term] } else { words };
    Ok(Some(words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ")))
}
