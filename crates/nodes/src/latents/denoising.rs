//! What the nodes that denoise share: the network, where a run begins, its prompts, and telling how far it is.

use std::sync::Arc;

use invoke_domain::ModelRecord;
use invoke_engine::device::Device;
use invoke_engine::models::unet::{Added, Unet};
use invoke_engine::patches::Part;
use invoke_engine::sampling::preview::Palette;
use invoke_engine::sampling::prompt::{JoinedPrompts, Prompt};
use invoke_engine::sampling::sd::{Cancelled, LATENT_SCALE, OnStep, Progress};
use invoke_engine::schedulers::{Prediction, SchedulerConfig};
use invoke_engine::weights::{SeamlessAxes, Weights};
use invoke_engine::{EngineError, Tensor};
use invoke_graph::{NodeError, OneOrMany, Preview};
use invoke_imaging::jpeg;

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{ConditioningField, LatentsField, UNetField};
use crate::image::pixels;
use crate::latents::sides;

/// A denoising network with all that its model says about sampling.
pub(crate) struct Network {
    pub(crate) unet: Arc<Unet>,
    pub(crate) scheduler_config: SchedulerConfig,
    palette: Palette,
}

impl Network {
    /// The network of a field, for pictures whose edges meet over these axes.
    pub(crate) fn load(context: &Context, field: &UNetField, axes: SeamlessAxes) -> Result<Self, NodeError> {
        let (device, kind) = (context.services().device, context.kind());
        let form = if axes == SeamlessAxes::default() { String::new() } else { format!("{axes:?}") };
        let plain = context.load_model_made(&field.unet, &form, |folder| {
            Unet::load_from(folder, &Weights::open(folder, device, kind)?.seamless(axes))
        })?;
        let unet = context.with_loras(plain, &field.unet, &form, Part::Unet, &field.loras)?;
        let mut scheduler_config = (*context.load_model(&field.scheduler, SchedulerConfig::load)?).clone();
        let record = context.host().model(&field.unet.key)?.record;
        if let Some(prediction) = prediction(&record)? {
            scheduler_config = scheduler_config.with_prediction(prediction);
        }
        let palette = match record.base() {
            "sdxl" | "sdxl-refiner" => Palette::Sdxl,
            _ => Palette::Sd,
        };
        Ok(Self { unet, scheduler_config, palette })
    }
}

/// What the model's record says it predicts.
fn prediction(record: &ModelRecord) -> Result<Option<Prediction>, NodeError> {
    match record.config["prediction_type"].as_str() {
        None => Ok(None),
        Some("epsilon") => Ok(Some(Prediction::Epsilon)),
        Some("v_prediction") => Ok(Some(Prediction::VPrediction)),
        Some("sample") => Ok(Some(Prediction::Sample)),
        Some(other) => Err(NodeError::value(format!("unknown prediction type of model `{}`: {other}", record.name()))),
    }
}

/// What a run begins with.
pub(crate) struct Beginning<'a> {
    pub(crate) noise: Option<&'a Tensor>,
    pub(crate) latents: Option<&'a Tensor>,
    /// Of the noise, else of the latents, else 0.
    pub(crate) seed: u64,
    /// Height and width in latents.
    pub(crate) sides: (i64, i64),
}

impl<'a> Beginning<'a> {
    pub(crate) fn of(
        context: &'a Context,
        noise: &Option<LatentsField>,
        latents: &Option<LatentsField>,
    ) -> Result<Self, NodeError> {
        let tensor =
            |field: &Option<LatentsField>| field.as_ref().map(|field| context.tensor(&field.latents_name)).transpose();
        let seed = [noise, latents].into_iter().flatten().find_map(|field| field.seed).unwrap_or(0) as u64;
        let (noise, latents) = (tensor(noise)?, tensor(latents)?);
        let Some(either) = latents.or(noise) else {
            return Err(NodeError::value("'latents' or 'noise' must be provided!"));
        };
        Ok(Self { noise, latents, seed, sides: sides(&either.size())? })
    }
}

/// The prompts of one side one after the other, those with a mask for their part of the picture.
pub(crate) fn prompts<'a>(
    context: &'a Context,
    fields: &[ConditioningField],
    sides: (i64, i64),
) -> Result<JoinedPrompts<'a>, NodeError> {
    let mut parts = Vec::with_capacity(fields.len());
    for field in fields {
        let conditioning = context.conditioning(&field.conditioning_name)?;
        let added = conditioning.added.as_ref();
        let added = added.map(|added| Added { text_embeds: &added.pooled, time_ids: &added.time_ids });
        let mask = field.mask.as_ref().map(|mask| context.tensor(&mask.tensor_name)).transpose()?;
        parts.push((Prompt { added, ..Prompt::new(&conditioning.embeds) }, mask));
    }
    JoinedPrompts::new(&parts, sides).map_err(engine_failed)
}

/// Guidance below 1 is refused.
pub(crate) fn check_guidance(cfg_scale: &OneOrMany<f64>) -> Result<(), NodeError> {
    let weak = match cfg_scale {
        OneOrMany::One(scale) => *scale < 1.0,
        OneOrMany::Many(scales) => scales.iter().any(|scale| *scale < 1.0),
    };
    if weak { Err(NodeError::value("cfg_scale must be greater than 1")) } else { Ok(()) }
}

/// Runs to the end and gives the latents, on the CPU; tells each step, and ends at the next when the run is cancelled.
pub(crate) fn watched(
    context: &Context,
    network: &Network,
    run: &mut dyn FnMut(OnStep<'_>) -> Result<Tensor, EngineError>,
) -> Result<Tensor, NodeError> {
    let mut failed = None;
    let denoised = run(&mut |progress| {
        if context.host().is_cancelled() {
            return Err(Cancelled);
        }
        report(context, network.palette, progress).map_err(|error| {
            failed = Some(error);
            Cancelled
        })
    });
    match failed {
        Some(error) => Err(error),
        None => denoised.and_then(|latents| Ok(latents.f_to_device(Device::Cpu.into())?)).map_err(engine_failed),
    }
}

fn report(context: &Context, palette: Palette, progress: &Progress<'_>) -> Result<(), NodeError> {
    let small = pixels(progress.preview(palette).map_err(engine_failed)?)?;
    let (width, height) = (small.width() * LATENT_SCALE as u32, small.height() * LATENT_SCALE as u32);
    let jpeg = jpeg::encode(&small, jpeg::DEFAULT_QUALITY).map_err(crate::image::failed)?;
    context.progress_with_preview("Denoising", progress.percentage(), Preview { width, height, jpeg });
    Ok(())
}
