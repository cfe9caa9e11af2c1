//! Fragments laid out as a text encoder reads them: chunks of a fixed length, each `start, text, end, padding…`.
//!
//! A long prompt is cut after the last full stop that fits, else after the last punctuation, else after the last word, as
//! compel 2.5 does with `SplitLongTextMode.SENTENCES` (`compel/embeddings_provider.py`).

use std::ops::RangeInclusive;

use crate::{ClipTokenizer, Fragment, PromptError};

/// The tokens of a prompt, chunk after chunk.
#[derive(Debug, Clone, PartialEq)]
pub struct Chunks {
    /// Tokens per chunk.
    pub length: usize,
    /// A multiple of `length`.
    pub ids: Vec<u32>,
    /// One per token; marks and padding have 1.
    pub weights: Vec<f32>,
    /// Where each fragment's tokens stand, first to last, what separates chunks in between included. `None` for a fragment without tokens.
    pub spans: Vec<Option<RangeInclusive<usize>>>,
}

impl Chunks {
    /// Which tokens an encoder may look at when a span is left out. The first and last place of a chunk always stay.
    pub fn mask_without(&self, span: &RangeInclusive<usize>) -> Vec<bool> {
        let edge = |place: usize| place.is_multiple_of(self.length) || place % self.length == self.length - 1;
        (0..self.ids.len()).map(|place| edge(place) || !span.contains(&place)).collect()
    }
}

/// Tokenizes fragments one by one and lays them out.
pub fn chunk(tokenizer: &ClipTokenizer, fragments: &[Fragment]) -> Result<Chunks, PromptError> {
    let mut ids = Vec::new();
    let mut owners = Vec::new();
    for (index, fragment) in fragments.iter().enumerate() {
        let tokens = tokenizer.encode(&fragment.text)?;
        owners.extend(std::iter::repeat_n(index, tokens.len()));
        ids.extend(tokens);
    }
    let room = tokenizer.length - 2;
    let mut chunks =
        Chunks { length: tokenizer.length, ids: Vec::new(), weights: Vec::new(), spans: vec![None; fragments.len()] };
    let mut from = 0;
    loop {
        let to = from + cut(tokenizer, &ids[from..], room);
        chunks.ids.push(tokenizer.start);
        chunks.weights.push(1.0);
        for (id, owner) in ids[from..to].iter().zip(&owners[from..to]) {
            let place = chunks.ids.len();
            let span = &mut chunks.spans[*owner];
            *span = Some(span.as_ref().map_or(place, |span| *span.start())..=place);
            chunks.ids.push(*id);
            chunks.weights.push(fragments[*owner].weight as f32);
        }
        chunks.ids.push(tokenizer.end);
        let full = chunks.ids.len().next_multiple_of(tokenizer.length);
        chunks.ids.resize(full, tokenizer.padding);
        chunks.weights.resize(full, 1.0);
        from = to;
        if from == ids.len() {
            return Ok(chunks);
        }
    }
}

/// How many of these tokens go into the next chunk.
fn cut(tokenizer: &ClipTokenizer, ids: &[u32], room: usize) -> usize {
    if ids.len() <= room {
        return ids.len();
    }
    let tokens: Vec<_> = ids[..room].iter().map(|id| tokenizer.token(*id).unwrap_or_default()).collect();
    let after_last = |wanted: fn(&str) -> bool| tokens.iter().rposition(|token| wanted(token)).map(|place| place + 1);
    after_last(|token| token == ".</w>")
        .or_else(|| after_last(|token| matches!(token, ".</w>" | ",</w>" | ";</w>" | ":</w>")))
        .or_else(|| after_last(|token| token.ends_with("</w>")))
        .unwrap_or(room)
}
