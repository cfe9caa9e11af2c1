//! Words of a prompt that stand for what was learnt from pictures: `<name>`, with the name or the key of an installed embedding.
//!
//! Reference: InvokeAI 6.14.2, `app/util/ti_utils.py` and `backend/model_patcher.py`, `apply_ti`.

use std::sync::Arc;

use invoke_engine::models::clip::ClipTextModel;
use invoke_engine::models::textual_inversion::TextualInversion;
use invoke_graph::NodeError;
use invoke_prompts::ClipTokenizer;

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ModelIdentifierField, ModelType};
use crate::metadata::identifier_of;

/// The embeddings a prompt names, by the name it uses. A name nobody knows, or that is another kind of model's, is a word like any
/// other.
pub(crate) fn named_in(
    context: &Context,
    prompt: &str,
    encoder: &ModelIdentifierField,
) -> Result<Vec<(String, Arc<TextualInversion>)>, NodeError> {
    let mut found: Vec<(String, Arc<TextualInversion>)> = Vec::new();
    let base = context.host().model(&encoder.key)?.record.base().to_owned();
    for name in triggers(prompt) {
        if found.iter().any(|(known, _)| known == name) {
            continue;
        }
        let kind = ModelType::Embedding.as_str();
        let record = match context.host().model(name) {
            Ok(info) => Some(info.record).filter(|record| record.base() == base && record.kind() == kind),
            Err(_) => {
                let named = context.host().find_models(name, kind)?;
                let mut fitting = named.into_iter().filter(|record| record.base() == base);
                // Of several with one name none is meant more than the others.
                fitting.next().filter(|_| fitting.next().is_none())
            }
        };
        let Some(record) = record else { continue };
        let model = context.load_file(&identifier_of(&record)?, |_, path| TextualInversion::load(path))?;
        found.push((name.to_owned(), model));
    }
    Ok(found)
}

/// Tokenizer and text encoder that know these embeddings.
pub(crate) fn taught(
    tokenizer: Arc<ClipTokenizer>,
    model: Arc<ClipTextModel>,
    learnt: &[(String, Arc<TextualInversion>)],
) -> Result<(Arc<ClipTokenizer>, Arc<ClipTextModel>), NodeError> {
    if learnt.is_empty() {
        return Ok((tokenizer, model));
    }
    let teach = || {
        let width = model.config().hidden_size;
        let (mut words, mut vectors) = (Vec::new(), Vec::new());
        for (name, embedding) in learnt {
            let embedding = embedding.vectors(name, width)?;
            words.push((name.as_str(), usize::try_from(embedding.size()[0]).unwrap_or_default()));
            vectors.push(embedding);
        }
        let (tokenizer, ids) = tokenizer.with_words(&words)?;
        let tokens = ids
            .iter()
            .zip(vectors)
            .flat_map(|(ids, vectors)| ids.iter().enumerate().map(move |(i, id)| (*id, vectors.get(i as i64))));
        let model = model.with_tokens(&tokens.collect::<Vec<_>>())?;
        Ok((Arc::new(tokenizer), Arc::new(model)))
    };
    teach().map_err(engine_failed)
}

/// The names in angle brackets.
fn triggers(prompt: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = prompt;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"., _-".contains(c)).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with('>') {
            found.push(&rest[..length]);
        }
        rest = &rest[length..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_angle_brackets() {
        assert_eq!(triggers("a <cat-toy> and <My Style 1.5>, (<x_y>)1.2"), ["cat-toy", "My Style 1.5", "x_y"]);
        assert_eq!(triggers("a < b <> <<cat>> <dog <fox> <é> 1>0"), ["cat", "fox"]);
    }
}
