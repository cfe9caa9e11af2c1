//! FreeU: skips that carry less of the coarse structure, a backbone that counts for more.
//!
//! Paper: <https://arxiv.org/abs/2309.11497>. Reference: diffusers 0.40.0, `utils/torch_utils.py`, `apply_freeu` and
//! `fourier_filter`.

use tch::{Kind, Tensor};

use crate::Result;

/// Lowest frequencies, on either side of the middle of the spectrum, that a skip is scaled in.
const LOW: i64 = 1;

/// Weights of the two lowest levels on the way up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FreeU {
    /// Of the skips of the first level.
    pub s1: f64,
    /// Of the skips of the second level.
    pub s2: f64,
    /// Of half of the backbone's channels in the first level.
    pub b1: f64,
    /// Of half of the backbone's channels in the second level.
    pub b2: f64,
}

impl FreeU {
    /// Backbone `(b, c, h, w)` and skip `(b, c', h, w)` as they enter a layer of a level, counted from the middle up. A weight
    /// of 0 turns all of it off.
    pub(super) fn apply(self, level: usize, x: Tensor, skip: Tensor) -> Result<(Tensor, Tensor)> {
        let Self { s1, s2, b1, b2 } = self;
        let (backbone, frequencies) = match level {
            _ if [s1, s2, b1, b2].contains(&0.0) => return Ok((x, skip)),
            0 => (b1, s1),
            1 => (b2, s2),
            _ => return Ok((x, skip)),
        };
        let channels = x.size4()?.1;
        let half = channels / 2;
        let scaled = x.f_narrow(1, 0, half)?.f_mul_scalar(backbone)?;
        let x = Tensor::f_cat(&[scaled, x.f_narrow(1, half, channels - half)?], 1)?;
        Ok((x, scaled_low_frequencies(&skip, frequencies)?))
    }
}

fn scaled_low_frequencies(x: &Tensor, scale: f64) -> Result<Tensor> {
    let (_, _, height, width) = x.size4()?;
    let (dims, shape) = ([-2i64, -1], None::<&[i64]>);
    let spectrum = x.f_to_kind(Kind::Float)?.f_fft_fftn(shape, dims.as_slice(), "backward")?;
    let centred = spectrum.f_fft_fftshift(dims.as_slice())?;
    let mask = Tensor::f_ones([height, width], (Kind::Float, x.device()))?;
    let low = |side: i64| (side / 2 - LOW).max(0)..(side / 2 + LOW).min(side);
    let (rows, columns) = (low(height), low(width));
    let _ = mask
        .f_narrow(0, rows.start, rows.end - rows.start)?
        .f_narrow(1, columns.start, columns.end - columns.start)?
        .f_fill_(scale)?;
    let scaled = centred.f_mul(&mask)?.f_fft_ifftshift(dims.as_slice())?;
    Ok(scaled.f_fft_ifftn(shape, dims.as_slice(), "backward")?.f_real()?.f_to_kind(x.kind())?)
}
