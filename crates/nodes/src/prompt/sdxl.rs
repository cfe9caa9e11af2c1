//! What the prompts of SDXL and its refiner share.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/compel.py`, `SDXLPromptInvocationBase`.

use invoke_engine::conditioning::{Layer, PromptEncoder};
use invoke_engine::device::Device;
use invoke_engine::models::clip::ClipTextModel;
use invoke_engine::patches::Part;
use invoke_engine::{Kind, Tensor};
use invoke_graph::NodeError;
use invoke_prompts::parse;

use crate::failure::engine_failed;
use crate::fields::CLIPField;
use crate::prompt::textual_inversion;
use crate::prompt::tokenizer::tokenizer;
use crate::{AddedText, Conditioning, Context};

/// A prompt as one of the two text encoders reads it.
pub(crate) struct Encoded {
    /// (1, tokens, width)
    pub(crate) embeds: Tensor,
    /// The prompt as a single vector, (1, width), where it was asked for.
    pub(crate) pooled: Option<Tensor>,
}

/// What is asked of a text encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The embeddings.
    Embeddings,
    /// The prompt as a single vector, too.
    Both,
}

/// What the text encoder, with the LoRAs for this part of the model, makes of a prompt; zeros of an empty one, if so wanted.
pub(crate) fn encode(
    context: &Context,
    clip: &CLIPField,
    part: Option<Part>,
    prompt: &str,
    zeros_if_empty: bool,
    wanted: Wanted,
) -> Result<Encoded, NodeError> {
    let skip = usize::try_from(clip.skipped_layers)
        .map_err(|_| NodeError::value(format!("`skipped_layers` must not be negative: {}", clip.skipped_layers)))?;
    let (device, kind) = context.place(&clip.text_encoder)?;
    let model = context.load_model(&clip.text_encoder, |folder| ClipTextModel::load(folder, device, kind))?;
    if prompt.is_empty() && zeros_if_empty {
        let (tokens, width) = (model.config().max_position_embeddings, model.config().hidden_size);
        let zeros = |shape: &[i64]| Tensor::f_zeros(shape, (Kind::Float, Device::Cpu.into()));
        let zeros = |shape: &[i64]| zeros(shape).map_err(|error| engine_failed(error.into()));
        return Ok(Encoded { embeds: zeros(&[1, tokens, width])?, pooled: Some(zeros(&[1, width])?) });
    }
    let learnt = textual_inversion::named_in(context, prompt, &clip.text_encoder)?;
    let tokenizer = tokenizer(context, &clip.tokenizer)?;
    let loras = if part.is_some() { &clip.loras[..] } else { &[] };
    let model = context.with_loras(model, &clip.text_encoder, "", part.unwrap_or(Part::TextEncoder), loras)?;
    let (tokenizer, model) = textual_inversion::taught(tokenizer, model, &learnt)?;
    context.progress("Building conditioning");
    let parsed = parse(prompt).map_err(|error| NodeError::from_error("ParseException", &error))?;
    let encoder = PromptEncoder::new(&tokenizer, &model, skip).listening_to(Layer::Penultimate);
    let run = || {
        let pooled = (wanted == Wanted::Both).then(|| encoder.pooled(prompt)).transpose()?;
        Ok(Encoded { embeds: encoder.encode(&parsed)?, pooled })
    };
    run().map_err(engine_failed)
}

/// Embeddings side by side; the shorter ones are filled up with zeros.
pub(crate) fn side_by_side(first: &Tensor, second: &Tensor) -> invoke_engine::Result<Tensor> {
    let tokens = first.size3()?.1.max(second.size3()?.1);
    let filled = |embeds: &Tensor| embeds.f_pad([0, 0, 0, tokens - embeds.size()[1]], "constant", 0.0);
    let second = second.f_to_device(first.device())?;
    Ok(Tensor::f_cat(&[filled(first)?, filled(&second)?], -1)?)
}

/// Keeps embeddings with what SDXL is told besides, in memory; gives their name.
pub(crate) fn save(
    context: &mut Context,
    embeds: &Tensor,
    pooled: Option<&Tensor>,
    numbers: &[f64],
) -> Result<String, NodeError> {
    let on_cpu = |tensor: &Tensor| tensor.f_to_device(Device::Cpu.into());
    let conditioning = || {
        let time_ids = Tensor::f_from_slice(numbers)?.f_to_kind(Kind::Float)?.f_unsqueeze(0)?;
        let added = match pooled {
            Some(pooled) => Some(AddedText { pooled: on_cpu(pooled)?, time_ids }),
            None => None,
        };
        Ok(Conditioning { embeds: on_cpu(embeds)?, added })
    };
    Ok(context.save_conditioning(conditioning().map_err(engine_failed)?))
}
