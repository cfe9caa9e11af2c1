//! What the latents nodes share.

use invoke_engine::sampling::latents::Interpolation as Kernel;
use invoke_engine::sampling::sd::LATENT_SCALE;
use invoke_engine::{Kind, Tensor};
use invoke_graph::{NodeError, choices};
use invoke_imaging::{Filter, Pixels, resize};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::LatentsField;
use crate::outputs::LatentsOutput;

choices! {
    /// How new latents are computed from old ones.
    pub enum Interpolation {
        Nearest = "nearest",
        Linear = "linear",
        Bilinear = "bilinear",
        Bicubic = "bicubic",
        Trilinear = "trilinear",
        Area = "area",
        NearestExact = "nearest-exact",
    }
}

impl Interpolation {
    /// The engine's word for it; two of the names are for sounds and volumes, which latents are not.
    pub(crate) fn kernel(self, antialias: bool) -> Result<Kernel, NodeError> {
        Ok(match self {
            Self::Nearest => Kernel::Nearest,
            Self::NearestExact => Kernel::NearestExact,
            Self::Bilinear => Kernel::Bilinear { antialias },
            Self::Bicubic => Kernel::Bicubic { antialias },
            Self::Area => Kernel::Area,
            Self::Linear | Self::Trilinear => {
                return Err(NodeError::new(
                    "NotImplementedError",
                    "latents have two dimensions: `linear` is for one, `trilinear` for three",
                ));
            }
        })
    }
}

/// Height and width of latents, in latents.
pub(crate) fn sides(size: &[i64]) -> Result<(i64, i64), NodeError> {
    match size {
        [_, _, height, width] => Ok((*height, *width)),
        _ => Err(NodeError::value("the latents are no picture's")),
    }
}

/// Latents by name, with the size of their picture.
pub(crate) fn output(name: String, size: &[i64], seed: Option<i64>) -> Result<LatentsOutput, NodeError> {
    let (height, width) = sides(size)?;
    Ok(LatentsOutput {
        latents: LatentsField { latents_name: name, seed },
        width: width * LATENT_SCALE,
        height: height * LATENT_SCALE,
    })
}

/// Keeps latents for later nodes.
pub(crate) fn saved(context: &mut Context, latents: Tensor, seed: Option<i64>) -> Result<LatentsOutput, NodeError> {
    let size = latents.size();
    output(context.save_tensor(latents), &size, seed)
}

/// A grey picture as `(1, 1, h, w)` between 0 and 1, its sides brought down to multiples of 8.
pub(crate) fn mask_grid(mask: Pixels) -> Result<Tensor, NodeError> {
    let side = |side: u32| side - side % LATENT_SCALE as u32;
    let (width, height) = (side(mask.width()), side(mask.height()));
    if width == 0 || height == 0 {
        return Err(NodeError::value("a mask must be at least 8 pixels wide and high"));
    }
    let mask = resize(&mask, width, height, Filter::Lanczos).map_err(crate::image::failed)?;
    let size = [1, 1, i64::from(height), i64::from(width)];
    let grid = || Tensor::f_from_slice(mask.data())?.f_reshape(size)?.f_to_kind(Kind::Float)?.f_div_scalar(255.0);
    grid().map_err(|error| engine_failed(error.into()))
}

/// Width and height in the proportions of a wanted picture, near the area of a square with that `side`, in multiples of 8.
pub(crate) fn ideal_sides(width: i64, height: i64, side: f64) -> Result<(i64, i64), NodeError> {
    if height == 0 {
        return Err(NodeError::new("ZeroDivisionError", "division by zero"));
    }
    let proportion = width as f64 / height as f64;
    let (least, area) = ((side * 0.5).floor(), side * side);
    if proportion < 0.0 {
        return Err(NodeError::value("math domain error"));
    }
    let (width, height) = if proportion > 1.0 {
        let height = least.max((area / proportion).sqrt());
        (height * proportion, height)
    } else {
        let width = least.max((area * proportion).sqrt());
        (width, width / proportion)
    };
    let whole = |side: f64| match side.floor() {
        // Beyond 2^53 floating point has no room for the last digits.
        side if side.is_finite() && side.abs() < 9e15 => Ok(side as i64 - (side as i64).rem_euclid(LATENT_SCALE)),
        _ => Err(NodeError::value("there is no size in these proportions")),
    };
    Ok((whole(width)?, whole(height)?))
}
