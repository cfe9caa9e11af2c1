//! Stable Diffusion: from noise and two prompts to latents.
//!
//! A run is one short loop. What a step does besides lies in its own file: which timesteps (`window`), which part of the
//! picture (`inpaint`), the prompts (`prompt`, `regions`), the call of the UNet (`predict`) with what other networks add to
//! it (`contribution`), guidance (`guidance`), and what is told meanwhile (`progress`).
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` (`init_scheduler`, `prepare_noise_and_latents`) and
//! `backend/stable_diffusion/diffusers_pipeline.py` (`latents_from_embeddings`).

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

pub use super::guidance::Guidance;
pub use super::inpaint::Inpaint;
pub use super::progress::{Cancelled, OnStep, Progress};
pub use super::prompt::Prompt;

use super::contribution::Contribution;
use super::inpaint::{self, ChangeMask};
use super::predict::{Moment, Parts, Predictor};
use super::window::Window;
use crate::models::unet::{FreeU, Unet};
use crate::random::Generator;
use crate::schedulers::{self, Scheduler, SchedulerConfig};
use crate::{EngineError, Result};

/// Pixels, along one side, per latent.
pub const LATENT_SCALE: i64 = 8;
const LATENT_CHANNELS: i64 = 4;
/// A UNet with as many inputs is made for inpainting: latents, mask, masked latents.
const INPAINT_CHANNELS: i64 = 9;
/// Noise within the steps comes from the seed with all its bits flipped, so that it is not the noise of the start again.
const STEP_SEED_MASK: u64 = 0xFFFF_FFFF;

/// What to denoise and how.
#[derive(Debug)]
pub struct DenoiseRequest<'a> {
    /// Noise to start from, `(1, 4, h, w)`; none if the latents are noisy already.
    pub noise: Option<&'a Tensor>,
    /// Latents to start from, `(1, 4, h, w)`; none for a new picture.
    pub latents: Option<&'a Tensor>,
    /// The seed the noise was made with.
    pub seed: u64,
    /// What should be in the picture.
    pub positive: Prompt<'a>,
    /// What should not.
    pub negative: Prompt<'a>,
    /// How strongly the prompts count.
    pub guidance: Guidance,
    /// Between 0 and 1: how much of the contrast lost to strong guidance is taken back.
    pub guidance_rescale: f64,
    /// Name of the sampling method.
    pub scheduler: &'a str,
    /// The model's configuration for it.
    pub scheduler_config: &'a SchedulerConfig,
    /// Steps from pure noise to picture.
    pub steps: usize,
    /// Where to enter, 0 for pure noise and 1 for the picture.
    pub denoising_start: f64,
    /// Where to leave.
    pub denoising_end: f64,
    /// Which part of the picture is made anew; none for all of it.
    pub inpaint: Option<Inpaint<'a>>,
    /// Weights of the UNet's skips and backbone.
    pub freeu: Option<FreeU>,
    /// What other networks add.
    pub contributions: Vec<Box<dyn Contribution + 'a>>,
}

/// The noise of a seed for a picture of this size in pixels, `(1, 4, height / 8, width / 8)`, on the CPU.
pub fn noise(seed: u64, width: i64, height: i64, kind: Kind) -> Result<Tensor> {
    if width <= 0 || height <= 0 || width % LATENT_SCALE != 0 || height % LATENT_SCALE != 0 {
        let expected = format!("positive multiples of {LATENT_SCALE}");
        return Err(EngineError::Input { what: "size of the noise", expected, got: vec![width, height] });
    }
    Generator::new(seed)?.randn(&[1, LATENT_CHANNELS, height / LATENT_SCALE, width / LATENT_SCALE], kind)
}

/// Runs the request to its end and returns the latents, on the UNet's device; `on_step` may end it with [`Cancelled`].
pub fn denoise(unet: &Unet, request: &DenoiseRequest<'_>, on_step: OnStep<'_>) -> Result<Tensor> {
    let _inference = InferenceMode::enter()?;
    let Start { noise, latents: original } = Start::of(unet, request)?;
    let mut scheduler = scheduler(request)?;
    let training = request.scheduler_config.num_train_timesteps();
    let window = Window::select(&*scheduler, training, request.denoising_start, request.denoising_end);
    let Some(window) = window else { return Ok(original) };
    request.guidance.check(request.steps, window.timesteps.len())?;

    let for_inpainting = unet.config().in_channels == INPAINT_CHANNELS;
    let channels = for_inpainting.then(|| inpaint::channels(request.inpaint.as_ref(), &original)).transpose()?;
    let mask = request.inpaint.as_ref().map(|inpaint| ChangeMask::new(inpaint, &original)).transpose()?;
    // A model made for inpainting sees what stays, and needs no help on the way.
    let on_the_way = match &mask {
        Some(mask) if !for_inpainting => Some((mask, inpaint::noise(noise.as_ref(), request.seed, &original)?)),
        _ => None,
    };
    let predictor = predictor(unet, request, channels, sides(&original)?)?;
    let mut generator = step_generator(request)?;
    let mut latents = match &noise {
        Some(noise) => scheduler.add_noise(&original, noise, window.first)?,
        None => original,
    };

    let (total, order) = (window.timesteps.len(), scheduler.order());
    let last = scheduler.timesteps().last().copied().unwrap_or_default();
    on_step(&Progress { step: 0, total, order, latents: &latents, predicted_original: None })?;
    for (i, timestep) in window.timesteps.into_iter().enumerate() {
        if let Some((mask, noise)) = &on_the_way {
            latents = mask.mix(&latents, &*scheduler, noise, timestep, training)?;
        }
        let moment = Moment { step: i, total, timestep, tile: None };
        let step = predictor.step(&mut *scheduler, &latents, moment, &mut generator)?;
        let predicted_original = match &on_the_way {
            Some((mask, noise)) => {
                let foreseen = step.predicted_original.as_ref().unwrap_or(&latents);
                Some(mask.mix(foreseen, &*scheduler, noise, last, training)?)
            }
            None => step.predicted_original,
        };
        latents = step.latents;
        let predicted_original = predicted_original.as_ref();
        on_step(&Progress { step: i + 1, total, order, latents: &latents, predicted_original })?;
    }
    match mask {
        Some(mask) => mask.restore(&latents),
        None => Ok(latents),
    }
}

/// The precision latents are kept in beside a network that computes in `kind`. bfloat16 would lose, with its eight bits, what a
/// step changes: there they stay in float32, and only the network sees them rounded.
pub fn latents_kind(kind: Kind) -> Kind {
    // differs: the reference keeps them in the network's precision, whatever it is.
    if kind == Kind::BFloat16 { Kind::Float } else { kind }
}

/// What a run starts from, on the UNet's device.
pub(super) struct Start {
    pub(super) noise: Option<Tensor>,
    pub(super) latents: Tensor,
}

impl Start {
    pub(super) fn of(unet: &Unet, request: &DenoiseRequest<'_>) -> Result<Self> {
        let kind = latents_kind(unet.kind());
        let to_unet = |tensor: &Tensor| tensor.f_to_device(unet.device().into())?.f_to_kind(kind);
        let noise = request.noise.map(to_unet).transpose()?;
        let latents = match (request.latents, &noise) {
            (Some(latents), _) => to_unet(latents)?,
            (None, Some(noise)) => noise.f_zeros_like()?,
            (None, None) => return Err(EngineError::Setting("either latents or noise must be given".to_owned())),
        };
        if let Some(noise) = &noise
            && noise.size() != latents.size()
        {
            let expected = format!("that of the latents, {:?}", latents.size());
            return Err(EngineError::Input { what: "noise", expected, got: noise.size() });
        }
        Ok(Self { noise, latents })
    }
}

/// The scheduler of a request, at the beginning of its run.
pub(super) fn scheduler(request: &DenoiseRequest<'_>) -> Result<Box<dyn Scheduler>> {
    schedulers::by_name(request.scheduler, request.scheduler_config, request.steps, request.seed)
}

/// What answers the steps of a request, for latents of `size`.
pub(super) fn predictor<'a>(
    unet: &'a Unet,
    request: &'a DenoiseRequest<'_>,
    channels: Option<Tensor>,
    size: (i64, i64),
) -> Result<Predictor<'a>> {
    Predictor::new(Parts {
        unet,
        negative: request.negative,
        positive: request.positive,
        guidance: &request.guidance,
        rescale: request.guidance_rescale,
        contributions: &request.contributions,
        freeu: request.freeu,
        channels,
        size,
    })
}

/// Where the noise within the steps comes from.
pub(super) fn step_generator(request: &DenoiseRequest<'_>) -> Result<Generator> {
    Generator::new(request.seed ^ STEP_SEED_MASK)
}

/// Height and width of latents, in latents.
pub(super) fn sides(latents: &Tensor) -> Result<(i64, i64)> {
    let (_, _, height, width) = latents.size4()?;
    Ok((height, width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_noise_of_a_size_that_is_not_a_multiple_of_eight_is_refused() {
        let error = noise(1, 60, 64, Kind::Float).unwrap_err().to_string();
        assert_eq!(error, "`size of the noise` has the wrong shape: expected positive multiples of 8, got [60, 64]");
    }
}
