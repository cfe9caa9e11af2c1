//! The autoencoder on one tile of a picture after the other, for less memory: tiles overlap, and where they do they fade into
//! one another.
//!
//! Reference: diffusers 0.40.0, `models/autoencoders/autoencoder_kl.py`, `_tiled_encode`, `tiled_decode`, `blend_v`, `blend_h`.

use tch::{Kind, Tensor};

use crate::{EngineError, Result};

/// The part of a tile that overlaps with the next, wherever nothing else is said.
const OVERLAP: f64 = 0.25;

/// Pixels, along one side, per latent, wherever a size is given in pixels.
const SCALE: i64 = 8;

/// How large tiles are, along each side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TileSize {
    /// In pixels.
    pub pixels: i64,
    /// In latents.
    pub latents: i64,
    /// The part of a tile that overlaps with the next.
    pub overlap: f64,
}

impl TileSize {
    /// Tiles of so many pixels.
    pub fn of_pixels(pixels: i64) -> Self {
        Self::new(pixels, pixels / SCALE)
    }

    /// Tiles of so many pixels, or so many latents, that overlap by a quarter.
    pub fn new(pixels: i64, latents: i64) -> Self {
        Self { pixels, latents, overlap: OVERLAP }
    }
}

/// Puts `run` to each tile of `input (b, c, h, w)` and joins what comes out. Tiles are `from` wide before and `to` wide after it,
/// and overlap by this part.
pub(super) fn tiled(
    input: &Tensor,
    (from, to): (i64, i64),
    overlap: f64,
    mut run: impl FnMut(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let (_, _, height, width) = input.size4()?;
    let step = (from as f64 * (1.0 - overlap)) as i64;
    let blend = (to as f64 * overlap) as i64;
    let kept = to - blend;
    if step < 1 || kept < 1 {
        return Err(EngineError::Setting(format!("tiles of {from} by {from} are too small to overlap")));
    }
    let mut rows = Vec::new();
    let mut above: Vec<Tensor> = Vec::new();
    for top in (0..height).step_by(step as usize) {
        let mut row: Vec<Tensor> = Vec::new();
        for left in (0..width).step_by(step as usize) {
            let tile = input.f_slice(2, top, top + from, 1)?.f_slice(3, left, left + from, 1)?;
            let mut tile = run(&tile)?;
            if let Some(above) = above.get(row.len()) {
                tile = blended(above, tile, 2, blend)?;
            }
            if let Some(before) = row.last() {
                tile = blended(before, tile, 3, blend)?;
            }
            row.push(tile);
        }
        let parts = row.iter().map(|tile| Ok(tile.f_slice(2, 0, kept, 1)?.f_slice(3, 0, kept, 1)?));
        rows.push(Tensor::f_cat(&parts.collect::<Result<Vec<_>>>()?, 3)?);
        above = row;
    }
    Ok(Tensor::f_cat(&rows, 2)?)
}

/// The second tile, its beginning along `dim` faded over from the end of the first.
fn blended(first: &Tensor, second: Tensor, dim: i64, extent: i64) -> Result<Tensor> {
    let lengths = [first, &second].map(|tile| tile.size()[dim as usize]);
    let extent = extent.min(lengths[0]).min(lengths[1]);
    if extent < 1 {
        return Ok(second);
    }
    let mut shape = [1; 4];
    shape[dim as usize] = extent;
    let share: Vec<f64> = (0..extent).map(|place| place as f64 / extent as f64).collect();
    let share = Tensor::f_from_slice(&share)?.f_view(shape)?;
    let weight = |share: Tensor| share.f_to_kind(Kind::Float)?.f_to_device(second.device());
    let (ends, begins) = (weight(share.f_neg()?.f_add_scalar(1.0)?)?, weight(share)?);
    let end = first.f_narrow(dim, lengths[0] - extent, extent)?.f_mul(&ends)?;
    let begin = second.f_narrow(dim, 0, extent)?.f_mul(&begins)?;
    let faded = end.f_add(&begin)?.f_to_kind(second.kind())?;
    Ok(Tensor::f_cat(&[faded, second.f_narrow(dim, extent, lengths[1] - extent)?], dim)?)
}
