//! What the nodes that denoise share: the network, where a run begins, its prompts, and telling how far it is.

use std::sync::{Arc, mpsc};

use invoke_domain::ModelRecord;
use invoke_engine::device::Device;
use invoke_engine::models::unet::{Added, Unet};
use invoke_engine::patches::Part;
use invoke_engine::sampling::preview::{self, Palette};
use invoke_engine::sampling::prompt::{JoinedPrompts, Prompt};
use invoke_engine::sampling::sd::{Cancelled, LATENT_SCALE, OnStep};
use invoke_engine::schedulers::{Prediction, SchedulerConfig};
use invoke_engine::weights::{SeamlessAxes, Weights};
use invoke_engine::{EngineError, Tensor};
use invoke_graph::{NodeError, OneOrMany, Preview, Progress as HostProgress};
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
///
/// Small pictures of the steps are made on a thread of their own, so that the next step begins meanwhile: on a GPU, looking at
/// the numbers means waiting for them.
pub(crate) fn watched(
    context: &Context,
    network: &Network,
    run: &mut dyn FnMut(OnStep<'_>) -> Result<Tensor, EngineError>,
) -> Result<Tensor, NodeError> {
    let (host, palette) = (context.host(), network.palette);
    let (sender, steps) = mpsc::channel::<(Tensor, f64)>();
    let (denoised, told) = std::thread::scope(|scope| {
        let teller = scope.spawn(move || -> Result<(), NodeError> {
            for (foreseen, done) in steps {
                host.progress(seen(&foreseen, done, palette)?);
            }
            Ok(())
        });
        let denoised = run(&mut |progress| {
            if host.is_cancelled() {
                return Err(Cancelled);
            }
            // It takes no more where a picture could not be made.
            sender.send((progress.foreseen().shallow_clone(), progress.percentage())).map_err(|_| Cancelled)
        });
        drop(sender);
        (denoised, teller.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    told?;
    denoised.and_then(|latents| Ok(latents.f_to_device(Device::Cpu.into())?)).map_err(engine_failed)
}

/// How far a run is, with a small picture of what is to be expected.
fn seen(foreseen: &Tensor, done: f64, palette: Palette) -> Result<HostProgress, NodeError> {
    let small = pixels(preview::latents_to_rgb(foreseen, palette).map_err(engine_failed)?)?;
    let (width, height) = (small.width() * LATENT_SCALE as u32, small.height() * LATENT_SCALE as u32);
    let jpeg = jpeg::encode(&small, jpeg::DEFAULT_QUALITY).map_err(crate::image::failed)?;
    let preview = Some(Preview { width, height, jpeg });
    Ok(HostProgress { message: "Denoising".to_owned(), percentage: Some(done), preview })
}
