//! Stable Diffusion: from noise and two prompts to latents.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/denoise_latents.py` (`init_scheduler`, `prepare_noise_and_latents`) and
//! `backend/stable_diffusion/diffusers_pipeline.py` (`latents_from_embeddings`, `step`).

use invoke_engine_sys::InferenceMode;
use tch::{Kind, Tensor};

use super::{RgbImage, preview};
use crate::models::unet::{Added, Context, Unet};
use crate::random::Generator;
use crate::schedulers::{self, Scheduler, SchedulerConfig};
use crate::{EngineError, Result};

/// Pixels, along one side, per latent.
pub const LATENT_SCALE: i64 = 8;
const LATENT_CHANNELS: i64 = 4;
/// Noise within the steps comes from the seed with all its bits flipped, so that it is not the noise of the start again.
const STEP_SEED_MASK: u64 = 0xFFFF_FFFF;

/// How strongly the prompts count.
#[derive(Debug, Clone, PartialEq)]
pub enum Guidance {
    /// The same in every step.
    Constant(f64),
    /// One number per step.
    PerStep(Vec<f64>),
}

/// A prompt as the network is told of it.
#[derive(Debug, Clone, Copy)]
pub struct Prompt<'a> {
    /// `(1, tokens, dim)`
    pub embeddings: &'a Tensor,
    /// What SDXL and its refiner are told besides, of batch 1; other models are told nothing.
    pub added: Option<Added<'a>>,
}

impl<'a> Prompt<'a> {
    /// Text alone.
    pub fn new(embeddings: &'a Tensor) -> Self {
        Self { embeddings, added: None }
    }
}

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
}

/// How far a run is: reported before the first step and after each.
#[derive(Debug)]
pub struct Progress<'a> {
    /// Steps done.
    pub step: usize,
    /// Steps of this run.
    pub total: usize,
    /// Timesteps per step of the method.
    pub order: usize,
    /// The latents as they are now.
    pub latents: &'a Tensor,
    /// The latents without noise as they are foreseen now, where the method tells.
    pub predicted_original: Option<&'a Tensor>,
}

impl Progress<'_> {
    /// The share done, between 0 and 1. A method of second order advances by whole steps.
    pub fn percentage(&self) -> f64 {
        let (step, total) = if self.order == 2 { (self.step / 2, self.total / 2) } else { (self.step, self.total) };
        if total == 0 { 0.0 } else { step as f64 / total as f64 }
    }

    /// A small picture of what is to be expected.
    pub fn preview(&self) -> Result<RgbImage> {
        preview::latents_to_rgb(self.predicted_original.unwrap_or(self.latents))
    }
}

/// The answer of a progress callback that ends the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl From<Cancelled> for EngineError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
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
pub fn denoise(
    unet: &Unet,
    request: &DenoiseRequest<'_>,
    on_step: &mut dyn FnMut(&Progress<'_>) -> std::result::Result<(), Cancelled>,
) -> Result<Tensor> {
    let _inference = InferenceMode::enter()?;
    if let Guidance::PerStep(scales) = &request.guidance
        && scales.len() != request.steps
    {
        let (got, steps) = (scales.len(), request.steps);
        return Err(EngineError::Setting(format!("`cfg_scale` has {got} numbers for {steps} steps")));
    }
    let to_unet = |tensor: &Tensor| tensor.f_to_device(unet.device().into())?.f_to_kind(unet.kind());
    let noise = request.noise.map(to_unet).transpose()?;
    let mut latents = match (request.latents, &noise) {
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

    let mut scheduler = schedulers::by_name(request.scheduler, request.scheduler_config, request.steps)?;
    let training = request.scheduler_config.num_train_timesteps();
    let Some(timesteps) = selected(&*scheduler, training, request.denoising_start, request.denoising_end) else {
        return Ok(latents);
    };
    if let Some(noise) = &noise {
        latents = scheduler.add_noise(&latents, noise, timesteps.first)?;
    }
    let mut prompts = Prompts::new(&to_unet(request.negative.embeddings)?, &to_unet(request.positive.embeddings)?)?;
    if let (Some(negative), Some(positive)) = (request.negative.added, request.positive.added) {
        let both =
            |negative, positive| Ok::<_, EngineError>(Tensor::f_cat(&[to_unet(negative)?, to_unet(positive)?], 0)?);
        let text_embeds = both(negative.text_embeds, positive.text_embeds)?;
        prompts.added = Some((text_embeds, both(negative.time_ids, positive.time_ids)?));
    }
    let mut generator = Generator::new(request.seed ^ STEP_SEED_MASK)?;

    let (total, order) = (timesteps.all.len(), scheduler.order());
    on_step(&Progress { step: 0, total, order, latents: &latents, predicted_original: None })?;
    for (i, timestep) in timesteps.all.into_iter().enumerate() {
        let input = scheduler.scale_model_input(&latents, timestep)?;
        let predicted = unet.forward(&Tensor::f_cat(&[&input, &input], 0)?, timestep, prompts.context())?;
        let scale = match &request.guidance {
            Guidance::Constant(scale) => *scale,
            Guidance::PerStep(scales) => scales[i],
        };
        let predicted = guide(&predicted, scale, request.guidance_rescale)?;
        let step = scheduler.step(&predicted, timestep, &latents, &mut generator)?;
        latents = step.latents;
        let predicted_original = step.predicted_original.as_ref();
        on_step(&Progress { step: i + 1, total, order, latents: &latents, predicted_original })?;
    }
    Ok(latents)
}

/// The part of a scheduler's timesteps a request asks for.
struct Selected {
    /// The timestep whose noise the run starts with; there is one even if there is no step to do.
    first: f64,
    all: Vec<f64>,
}

/// The timesteps between start and end, whole steps of the method only; none if the start is behind the last.
fn selected(scheduler: &dyn Scheduler, training: usize, start: f64, end: f64) -> Option<Selected> {
    let (timesteps, order) = (scheduler.timesteps(), scheduler.order());
    let value = |share: f64| (training as f64 * (1.0 - share)).round_ties_even();
    let steps: Vec<f64> = timesteps.iter().copied().step_by(order).collect();
    let before = steps.iter().filter(|t| **t >= value(start)).count();
    let within = steps[before..].iter().filter(|t| **t >= value(end)).count();
    let rest = timesteps.get(before * order..)?;
    Some(Selected { first: *rest.first()?, all: rest.iter().copied().take(within * order).collect() })
}

/// Both prompts in one batch, the negative one first.
struct Prompts {
    embeddings: Tensor,
    mask: Option<Tensor>,
    /// As [`Added`].
    added: Option<(Tensor, Tensor)>,
}

impl Prompts {
    /// Prompts of different lengths are padded to the longer one, and the padding is masked.
    fn new(negative: &Tensor, positive: &Tensor) -> Result<Self> {
        let ((batch, short, _), (_, long, _)) = (negative.size3()?, positive.size3()?);
        if short == long {
            return Ok(Self { embeddings: Tensor::f_cat(&[negative, positive], 0)?, mask: None, added: None });
        }
        let tokens = short.max(long);
        let padded = |prompt: &Tensor, own: i64| -> Result<(Tensor, Tensor)> {
            let ones = Tensor::f_ones([batch, own], (prompt.kind(), prompt.device()))?;
            let embeddings = prompt.f_pad([0, 0, 0, tokens - own], "constant", 0.0)?;
            Ok((embeddings, ones.f_pad([0, tokens - own], "constant", 0.0)?))
        };
        let ((negative, negative_mask), (positive, positive_mask)) =
            (padded(negative, short)?, padded(positive, long)?);
        Ok(Self {
            embeddings: Tensor::f_cat(&[negative, positive], 0)?,
            mask: Some(Tensor::f_cat(&[negative_mask, positive_mask], 0)?),
            added: None,
        })
    }

    fn context(&self) -> Context<'_> {
        let added = self.added.as_ref().map(|(text_embeds, time_ids)| Added { text_embeds, time_ids });
        Context { mask: self.mask.as_ref(), added, ..Context::new(&self.embeddings) }
    }
}

/// Classifier-free guidance: away from the negative prediction, towards the positive.
fn guide(predicted: &Tensor, scale: f64, rescale: f64) -> Result<Tensor> {
    let both = predicted.f_chunk(2, 0)?;
    let [negative, positive] = &both[..] else {
        return Err(EngineError::Input {
            what: "prediction",
            expected: "an even batch".to_owned(),
            got: predicted.size(),
        });
    };
    let guided = negative.f_add(&positive.f_sub(negative)?.f_mul_scalar(scale)?)?;
    if rescale <= 0.0 {
        return Ok(guided);
    }
    // Algorithm 2 of <https://arxiv.org/abs/2305.08891>.
    let spread = |x: &Tensor| x.f_std_dim([1i64, 2, 3].as_slice(), true, true);
    let rescaled = guided.f_mul(&spread(positive)?.f_div(&spread(&guided)?)?)?;
    Ok(rescaled.f_mul_scalar(rescale)?.f_add(&guided.f_mul_scalar(1.0 - rescale)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_cut_to_the_part_asked_for() {
        let scheduler = schedulers::by_name("ddim", &SchedulerConfig::default(), 10).unwrap(); // 900, 800, .. 0
        let part = |start, end| selected(&*scheduler, 1000, start, end).map(|part| (part.first, part.all));
        assert_eq!(part(0.0, 1.0).unwrap().1.len(), 10);
        assert_eq!(part(0.5, 1.0).unwrap(), (400.0, vec![400.0, 300.0, 200.0, 100.0, 0.0]));
        assert_eq!(part(0.0, 0.3).unwrap(), (900.0, vec![900.0, 800.0, 700.0]));
        assert_eq!(part(0.2, 0.2).unwrap(), (700.0, vec![]));
        assert!(part(1.0, 1.0).is_none());
    }

    #[test]
    fn guidance_moves_from_the_negative_to_the_positive_prediction() {
        let predicted = Tensor::from_slice(&[1.0f32, 2.0]).view([2, 1, 1, 1]);
        let at = |scale| f64::try_from(guide(&predicted, scale, 0.0).unwrap()).unwrap();
        assert_eq!([0.0, 1.0, 7.5].map(at), [1.0, 2.0, 8.5]);
    }

    #[test]
    fn the_noise_of_a_size_that_is_not_a_multiple_of_eight_is_refused() {
        let error = noise(1, 60, 64, Kind::Float).unwrap_err().to_string();
        assert_eq!(error, "`size of the noise` has the wrong shape: expected positive multiples of 8, got [60, 64]");
    }

    #[test]
    fn second_order_methods_advance_by_whole_steps() {
        let latents = Tensor::zeros([1], (Kind::Float, tch::Device::Cpu));
        let at = |step, total, order| {
            Progress { step, total, order, latents: &latents, predicted_original: None }.percentage()
        };
        assert_eq!([at(0, 4, 1), at(1, 4, 1), at(4, 4, 1)], [0.0, 0.25, 1.0]);
        assert_eq!([at(1, 4, 2), at(2, 4, 2), at(3, 4, 2), at(1, 1, 2), at(0, 0, 1)], [0.0, 0.5, 0.5, 0.0, 0.0]);
    }
}
