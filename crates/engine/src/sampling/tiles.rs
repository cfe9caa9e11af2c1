//! A large picture denoised tile by tile, the tiles blended into one after each step.
//!
//! Paper: <https://arxiv.org/abs/2302.08113>.
//! Reference: InvokeAI 6.14.2, `backend/stable_diffusion/multi_diffusion_pipeline.py`.

use invoke_engine_sys::InferenceMode;
use tch::Tensor;

use super::predict::Moment;
use super::progress::{OnStep, Progress};
use super::sd::{DenoiseRequest, LATENT_SCALE, Start, predictor, scheduler, step_generator};
use super::window::Window;
use crate::models::unet::Unet;
use crate::{EngineError, Result};

/// A part of the picture, in latents, and how far it lies over its neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "places and depths are named by their side")]
pub struct Tile {
    pub top: i64,
    pub left: i64,
    pub height: i64,
    pub width: i64,
    pub over_top: i64,
    pub over_bottom: i64,
    pub over_left: i64,
    pub over_right: i64,
}

impl Tile {
    /// The part of `(b, c, h, w)` it covers, as a view.
    fn of(&self, picture: &Tensor) -> Result<Tensor> {
        Ok(picture.f_narrow(2, self.top, self.height)?.f_narrow(3, self.left, self.width)?)
    }

    /// The part of a picture of pixels `(b, c, 8 h, 8 w)` it covers, as a view.
    pub(super) fn of_picture(&self, picture: &Tensor) -> Result<Tensor> {
        let rows = picture.f_narrow(2, self.top * LATENT_SCALE, self.height * LATENT_SCALE)?;
        Ok(rows.f_narrow(3, self.left * LATENT_SCALE, self.width * LATENT_SCALE)?)
    }

    /// How much each place counts, falling off towards the neighbours, `(1, 1, height, width)`.
    fn weight(&self, like: &Tensor) -> Result<Tensor> {
        let options = (like.kind(), like.device());
        let ramp = |depth: i64, from: f64, to: f64| Tensor::f_linspace(from, to, depth, options);
        let weight = Tensor::f_ones([1, 1, self.height, self.width], options)?;
        let fall = |dim: i64, start: i64, depth: i64, from: f64, to: f64| -> Result<()> {
            if depth > 0 {
                let shape = if dim == 2 { [1, 1, depth, 1] } else { [1, 1, 1, depth] };
                let mut edge = weight.f_narrow(dim, start, depth)?;
                let _ = edge.f_mul_(&ramp(depth, from, to)?.f_view(shape)?)?;
            }
            Ok(())
        };
        fall(3, 0, self.over_left, 0.0, 1.0)?;
        fall(2, 0, self.over_top, 0.0, 1.0)?;
        fall(3, self.width - self.over_right, self.over_right, 1.0, 0.0)?;
        fall(2, self.height - self.over_bottom, self.over_bottom, 1.0, 0.0)?;
        Ok(weight)
    }
}

/// Runs the request tile by tile and returns the latents, on the UNet's device. All tiles are of one size and within the
/// picture; masks and prompts for parts of the picture are not for this kind of run.
///
/// # Errors
/// When the request is not for this kind of run, or as for [`super::sd::denoise`].
pub fn denoise(unet: &Unet, request: &DenoiseRequest<'_>, tiles: &[Tile], on_step: OnStep<'_>) -> Result<Tensor> {
    let _inference = InferenceMode::enter()?;
    if request.positive.regions.is_some() || request.negative.regions.is_some() || request.inpaint.is_some() {
        let reason = "prompts and masks for parts of the picture do not go with tiles".to_owned();
        return Err(EngineError::Setting(reason));
    }
    let Some(first) = tiles.first() else { return Err(EngineError::Setting("there are no tiles".to_owned())) };
    let Start { noise, mut latents } = Start::of(unet, request)?;
    // One for each tile: it remembers what it was told before, and each tile is told something else.
    let mut schedulers = tiles.iter().map(|_| scheduler(request)).collect::<Result<Vec<_>>>()?;
    let training = request.scheduler_config.num_train_timesteps();
    let window = Window::select(&*schedulers[0], training, request.denoising_start, request.denoising_end);
    let Some(window) = window else { return Ok(latents) };
    request.guidance.check(request.steps, window.timesteps.len())?;
    if let Some(noise) = &noise {
        latents = schedulers[0].add_noise(&latents, noise, window.first)?;
    }
    let predictor = predictor(unet, request, None, (first.height, first.width))?;
    let mut generator = step_generator(request)?;
    let weights = tiles.iter().map(|tile| tile.weight(&latents)).collect::<Result<Vec<_>>>()?;
    let total_weight = Blend::total(tiles, &weights, &latents)?;

    let (total, order) = (window.timesteps.len(), schedulers[0].order());
    on_step(&Progress { step: 0, total, order, latents: &latents, predicted_original: None })?;
    for (i, timestep) in window.timesteps.into_iter().enumerate() {
        let mut next = Blend::new(&latents)?;
        let mut foreseen = None;
        for ((tile, weight), scheduler) in tiles.iter().zip(&weights).zip(&mut schedulers) {
            let moment = Moment { step: i, total, timestep, tile: Some(*tile) };
            let step = predictor.step(&mut **scheduler, &tile.of(&latents)?, moment, &mut generator)?;
            next.add(tile, &step.latents.f_mul(weight)?)?;
            if let Some(original) = &step.predicted_original {
                let blend = match &mut foreseen {
                    Some(blend) => blend,
                    None => foreseen.insert(Blend::new(&latents)?),
                };
                blend.add(tile, original)?;
            }
        }
        latents = next.divided(&total_weight)?;
        let predicted_original = foreseen.map(|blend| blend.divided(&total_weight)).transpose()?;
        let predicted_original = predicted_original.as_ref();
        on_step(&Progress { step: i + 1, total, order, latents: &latents, predicted_original })?;
    }
    Ok(latents)
}

/// Tiles added up to a picture.
struct Blend(Tensor);

impl Blend {
    fn new(like: &Tensor) -> Result<Self> {
        Ok(Self(like.f_zeros_like()?))
    }

    fn add(&mut self, tile: &Tile, part: &Tensor) -> Result<()> {
        let _ = tile.of(&self.0)?.f_add_(part)?;
        Ok(())
    }

    /// What each place is divided by, `(1, 1, h, w)`.
    fn total(tiles: &[Tile], weights: &[Tensor], latents: &Tensor) -> Result<Tensor> {
        let mut sum = Self::new(&latents.f_narrow(0, 0, 1)?.f_narrow(1, 0, 1)?)?;
        for (tile, weight) in tiles.iter().zip(weights) {
            sum.add(tile, weight)?;
        }
        Ok(sum.0)
    }

    /// Divided by the weights, but where there are none.
    fn divided(self, weights: &Tensor) -> Result<Tensor> {
        Ok(self.0.f_div(weights)?.f_where_self(&weights.f_gt(0.0)?, &self.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tch::{Device, Kind};

    #[test]
    fn a_tile_falls_off_towards_its_neighbours() {
        let like = Tensor::zeros([1], (Kind::Float, Device::Cpu));
        let tile =
            Tile { top: 0, left: 0, height: 1, width: 5, over_top: 0, over_bottom: 0, over_left: 2, over_right: 3 };
        let weight = Vec::<f32>::try_from(tile.weight(&like).unwrap().flatten(0, -1)).unwrap();
        assert_eq!(weight, [0.0, 1.0, 1.0, 0.5, 0.0]);
    }
}
