//! How pictures lie in memory.

use tch::Tensor;

use crate::Result;

/// The same picture `(b, c, h, w)` with the channels of a pixel beside one another. What convolutions and norms make of it lies so
/// as well, and its pixels are the rows attention reads without being copied.
pub fn channels_last(x: &Tensor) -> Result<Tensor> {
    Ok(x.f_permute([0, 2, 3, 1])?.f_contiguous()?.f_permute([0, 3, 1, 2])?)
}
