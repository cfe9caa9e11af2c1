//! Latents as pictures: other sizes, parts, blends.
//!
//! Reference: InvokeAI 6.14.2, `app/invocations/resize_latents.py`, `crop_latents.py` and `blend_latents.py`.

use tch::{Kind, Tensor};

use crate::{EngineError, Result};

/// How new values are computed from old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interpolation {
    /// The value before, as older programs do it.
    Nearest,
    /// The nearest value.
    NearestExact,
    /// From two values in each direction.
    Bilinear {
        /// Smooth before shrinking.
        antialias: bool,
    },
    /// From four values in each direction.
    Bicubic {
        /// Smooth before shrinking.
        antialias: bool,
    },
    /// The mean of all values that fall into the new one.
    Area,
}

/// The latents at `(height, width)`, in latents.
///
/// # Errors
/// When libtorch refuses.
pub fn resize(latents: &Tensor, size: (i64, i64), interpolation: Interpolation) -> Result<Tensor> {
    interpolate(latents, size, None, interpolation)
}

/// The latents with both sides multiplied by `factor` and rounded down. The places values are taken from follow the
/// factor, not the rounded sides.
///
/// # Errors
/// When nothing would be left, or libtorch refuses.
pub fn scale(latents: &Tensor, factor: f64, interpolation: Interpolation) -> Result<Tensor> {
    let (height, width) = sides(latents)?;
    let scaled = |side: i64| (side as f64 * factor) as i64;
    interpolate(latents, (scaled(height), scaled(width)), Some(factor), interpolation)
}

fn interpolate(
    latents: &Tensor,
    (height, width): (i64, i64),
    scale: Option<f64>,
    interpolation: Interpolation,
) -> Result<Tensor> {
    if height < 1 || width < 1 {
        return Err(EngineError::Setting(format!("latents of {width} by {height} are no picture")));
    }
    let size = [height, width];
    Ok(match interpolation {
        Interpolation::Nearest => latents.f_upsample_nearest2d(size, scale, scale)?,
        Interpolation::NearestExact => latents.f_internal_upsample_nearest_exact2d(size, scale, scale)?,
        Interpolation::Bilinear { antialias: false } => latents.f_upsample_bilinear2d(size, false, scale, scale)?,
        Interpolation::Bilinear { antialias: true } => {
            latents.f_internal_upsample_bilinear2d_aa(size, false, scale, scale)?
        }
        Interpolation::Bicubic { antialias: false } => latents.f_upsample_bicubic2d(size, false, scale, scale)?,
        Interpolation::Bicubic { antialias: true } => {
            latents.f_internal_upsample_bicubic2d_aa(size, false, scale, scale)?
        }
        Interpolation::Area => latents.f_adaptive_avg_pool2d(size)?,
    })
}

/// The part that begins at `(top, left)` and is `(height, width)` large, as far as there is any.
///
/// # Errors
/// When nothing lies there, or libtorch refuses.
pub fn crop(latents: &Tensor, (top, left): (i64, i64), (height, width): (i64, i64)) -> Result<Tensor> {
    let part = latents.f_slice(-2, top, top + height, 1)?.f_slice(-1, left, left + width, 1)?;
    match sides(&part)? {
        (1.., 1..) => Ok(part.f_contiguous()?),
        _ => Err(EngineError::Setting("no latents lie in the part that was asked for".to_owned())),
    }
}

/// Above this cosine two latents are nearly parallel, and the arc between them is a line.
const PARALLEL: f64 = 0.9995;

/// From `first` at 0 to `second` at 1 on the arc between them. Where `mask`, `(1, 1, h, w)` of any size, is 1, the second
/// counts as the first.
///
/// # Errors
/// When their shapes differ, or libtorch refuses.
pub fn blend(first: &Tensor, second: &Tensor, mask: Option<&Tensor>, share: f64) -> Result<Tensor> {
    if first.size() != second.size() {
        return Err(EngineError::Setting("Latents to blend must be the same size.".to_owned()));
    }
    let second = match mask {
        None => second.shallow_clone(),
        Some(mask) => {
            let mask = resize(mask, sides(first)?, Interpolation::Bilinear { antialias: false })?;
            let mask = mask.f_to_kind(second.kind())?;
            second.f_add(&mask.f_mul(&first.f_sub(second)?)?)?
        }
    };
    let norm = |tensor: &Tensor| tensor.f_norm()?.f_double_value(&[]);
    let cosine = (first * &second).f_sum(Kind::Float)?.f_double_value(&[])? / (norm(first)? * norm(&second)?);
    let (a, b) = if cosine.abs() > PARALLEL {
        (1.0 - share, share)
    } else {
        let angle = cosine.acos();
        ((angle - angle * share).sin() / angle.sin(), (angle * share).sin() / angle.sin())
    };
    Ok(first.f_mul_scalar(a)?.f_add(&second.f_mul_scalar(b)?)?)
}

fn sides(latents: &Tensor) -> Result<(i64, i64)> {
    match latents.size()[..] {
        [_, _, height, width] => Ok((height, width)),
        _ => Err(EngineError::Setting("the latents are no picture's".to_owned())),
    }
}
