//! The tokenizer of a model, or the one all models share where it brings none.

use std::sync::Arc;

use invoke_graph::NodeError;
use invoke_prompts::{ClipTokenizer, Padding};

use crate::Context;
use crate::fields::{BaseModelType, ModelIdentifierField, SubModelType};

/// The tokenizer a field names. Models that are one file have none.
pub(crate) fn tokenizer(context: &Context, field: &ModelIdentifierField) -> Result<Arc<ClipTokenizer>, NodeError> {
    let open_clip = field.base == BaseModelType::Sd2 || field.submodel_type == Some(SubModelType::Tokenizer2);
    let padding = if open_clip { Padding::First } else { Padding::End };
    context.load_model(field, |folder| {
        let in_file = folder.parent().is_some_and(std::path::Path::is_file);
        Ok(if in_file { ClipTokenizer::standard(padding)? } else { ClipTokenizer::open(folder)? })
    })
}
