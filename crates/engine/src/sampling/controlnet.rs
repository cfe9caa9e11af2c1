//! A ControlNet in the course of a run.
//!
//! Reference: InvokeAI 6.14.2, `diffusion/shared_invokeai_diffusion.py`, `do_controlnet_step`.

use std::sync::Arc;

use tch::Tensor;

use super::contribution::{Additions, Contribution, Influence, StepView};
use crate::Result;
use crate::models::controlnet::ControlNet;
use crate::models::unet::Residuals;

/// Whether prompt or control picture wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControlMode {
    /// Both count.
    Balanced,
    /// The wider layers count less.
    MorePrompt,
    /// The same, and only what should be in the picture is controlled.
    MoreControl,
    /// Only what should be in the picture is controlled.
    Unbalanced,
}

impl ControlMode {
    fn soft(self) -> bool {
        matches!(self, Self::MorePrompt | Self::MoreControl)
    }

    fn positive_only(self) -> bool {
        matches!(self, Self::MoreControl | Self::Unbalanced)
    }
}

/// A ControlNet with its picture.
#[derive(Debug)]
pub struct Control {
    model: Arc<ControlNet>,
    picture: Tensor,
    influence: Influence,
    mode: ControlMode,
}

impl Control {
    /// This ControlNet, reading a picture `(1, 3, 8 h, 8 w)` between 0 and 1 for latents of `(h, w)`.
    pub fn new(model: Arc<ControlNet>, picture: &Tensor, influence: Influence, mode: ControlMode) -> Result<Self> {
        let picture = model.to_own(picture)?;
        Ok(Self { model, picture, influence, mode })
    }
}

impl Contribution for Control {
    fn contribute<'a>(&'a self, step: &StepView<'_>, additions: &mut Additions<'a>) -> Result<()> {
        let Some(weight) = self.influence.at(step.step, step.total)? else { return Ok(()) };
        let picture = match step.tile {
            Some(tile) => tile.of_picture(&self.picture)?,
            None => self.picture.shallow_clone(),
        };
        let prompts = if self.mode.positive_only() { step.positive } else { step.prompts };
        let sample = self.model.to_own(&step.latents.f_repeat([prompts.rows(), 1, 1, 1])?)?;
        let said = self.model.forward(&sample, step.timestep, prompts.context(), &picture, weight, self.mode.soft())?;
        // What is only for the positive prompt says nothing to the negative, which comes first.
        let silent = step.prompts.rows() - prompts.rows();
        additions.add_control(if silent > 0 { with_silence(&said, silent)? } else { said })
    }
}

fn with_silence(said: &Residuals, rows: i64) -> Result<Residuals> {
    let padded = |said: &Tensor| -> Result<Tensor> {
        let silence = said.f_zeros_like()?.f_repeat([rows, 1, 1, 1])?;
        Ok(Tensor::f_cat(&[&silence, said], 0)?)
    };
    Ok(Residuals { down: said.down.iter().map(padded).collect::<Result<_>>()?, mid: padded(&said.mid)? })
}
