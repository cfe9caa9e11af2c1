//! Classifier-free guidance: away from what the negative prompt predicts, towards what the positive one does.
//!
//! Paper: <https://arxiv.org/abs/2207.12598>; rescaling <https://arxiv.org/abs/2305.08891>, algorithm 2.
//! Reference: InvokeAI 6.14.2, `diffusion/shared_invokeai_diffusion.py` `_combine`, `diffusers_pipeline.py` `_rescale_cfg`.

use tch::Tensor;

use crate::{EngineError, Result};

/// How strongly the prompts count.
#[derive(Debug, Clone, PartialEq)]
pub enum Guidance {
    /// The same in every step.
    Constant(f64),
    /// One number per step.
    PerStep(Vec<f64>),
}

impl Guidance {
    /// The strength in the run's step `step`, from 0 on.
    pub(super) fn at(&self, step: usize) -> f64 {
        match self {
            Self::Constant(scale) => *scale,
            Self::PerStep(scales) => scales.get(step).copied().unwrap_or(1.0),
        }
    }

    /// Refuses a list that is not as long as the run asked for, or shorter than the calls its method makes.
    pub(super) fn check(&self, steps: usize, calls: usize) -> Result<()> {
        let Self::PerStep(scales) = self else { return Ok(()) };
        let got = scales.len();
        if got != steps {
            return Err(EngineError::Setting(format!("`cfg_scale` has {got} numbers for {steps} steps")));
        }
        if got < calls {
            let reason = format!("`cfg_scale` has {got} numbers, and this scheduler asks the model {calls} times");
            return Err(EngineError::Setting(reason));
        }
        Ok(())
    }
}

/// The guided prediction, `(1, c, h, w)`; `rescale` between 0 and 1 takes back contrast that strong guidance adds.
pub(super) fn guide(negative: &Tensor, positive: &Tensor, scale: f64, rescale: f64) -> Result<Tensor> {
    let guided = negative.f_add(&positive.f_sub(negative)?.f_mul_scalar(scale)?)?;
    if rescale <= 0.0 {
        return Ok(guided);
    }
    let spread = |x: &Tensor| x.f_std_dim([1i64, 2, 3].as_slice(), true, true);
    let rescaled = guided.f_mul(&spread(positive)?.f_div(&spread(&guided)?)?)?;
    Ok(rescaled.f_mul_scalar(rescale)?.f_add(&guided.f_mul_scalar(1.0 - rescale)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guidance_moves_from_the_negative_to_the_positive_prediction() {
        let prediction = |value: f32| Tensor::from_slice(&[value]).view([1, 1, 1, 1]);
        let at = |scale| f64::try_from(guide(&prediction(1.0), &prediction(2.0), scale, 0.0).unwrap()).unwrap();
        assert_eq!([0.0, 1.0, 7.5].map(at), [1.0, 2.0, 8.5]);
    }

    #[test]
    fn a_list_must_fit_the_run() {
        let list = Guidance::PerStep(vec![2.0; 4]);
        assert!(list.check(4, 4).is_ok() && list.check(4, 2).is_ok());
        assert_eq!(list.check(5, 5).unwrap_err().to_string(), "`cfg_scale` has 4 numbers for 5 steps");
        let error = list.check(4, 7).unwrap_err().to_string();
        assert_eq!(error, "`cfg_scale` has 4 numbers, and this scheduler asks the model 7 times");
    }
}
