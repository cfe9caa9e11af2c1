//! Overlapping tiles put together again, with gradients or along seams where they differ least. The rules are the
//! reference's (`backend/tiles/tiles.py`, `utils.py`).

use crate::seam::{Canvas, blended};
use crate::tiles::Tile;
use crate::{ImagingError, Mode, Pixels, paste};

/// How two tiles pass into one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transition {
    /// A straight gradient in the middle of the overlap.
    Linear,
    /// Along the line on which they differ least.
    Seam,
}

/// The picture that RGB tiles make, with transitions `amount` pixels wide.
pub fn merge(tiles: &[(Tile, Pixels)], amount: i64, transition: Transition) -> Result<Pixels, ImagingError> {
    let width = tiles.iter().map(|(tile, _)| tile.coords.right).max().unwrap_or(0);
    let height = tiles.iter().map(|(tile, _)| tile.coords.bottom).max().unwrap_or(0);
    let side = |value: i64| u32::try_from(value).ok().filter(|side| *side <= 1 << 16);
    let (Some(width), Some(height)) = (side(width), side(height)) else {
        return Err(ImagingError::Broken(format!("tiles lie within a picture, not {width} x {height}")));
    };
    let mut tiles: Vec<&(Tile, Pixels)> = tiles.iter().collect();
    tiles.sort_by_key(|(tile, _)| (tile.coords.top, tile.coords.left));
    let mut picture = paste::blank(Mode::Rgb, width, height, [0; 4])?;
    let same_row = |a: &&(Tile, Pixels), b: &&(Tile, Pixels)| {
        (a.0.coords.top, a.0.coords.bottom) == (b.0.coords.top, b.0.coords.bottom)
    };
    for row in tiles.chunk_by(same_row) {
        let coords = row[0].0.coords;
        let mut line = paste::blank(Mode::Rgb, width, checked(coords.bottom - coords.top)?, [0; 4])?;
        for (tile, pixels) in row {
            fits(tile, pixels)?;
            lay(&mut line, pixels, tile.coords.left, tile.overlap.left, amount, transition, Canvas::Across)?;
        }
        lay(&mut picture, &line, coords.top, row[0].0.overlap.top, amount, transition, Canvas::Down)?;
    }
    Ok(picture)
}

fn checked(side: i64) -> Result<u32, ImagingError> {
    u32::try_from(side).map_err(|_| ImagingError::Broken(format!("a tile has a positive size, not {side}")))
}

fn fits(tile: &Tile, pixels: &Pixels) -> Result<(), ImagingError> {
    let coords = tile.coords;
    let size = (coords.right - coords.left, coords.bottom - coords.top);
    let got = (i64::from(pixels.width()), i64::from(pixels.height()));
    if size != got || coords.left < 0 || coords.top < 0 || pixels.mode() != Mode::Rgb {
        let message = format!("a tile of {} x {} got a picture of {} x {}", size.0, size.1, got.0, got.1);
        return Err(ImagingError::Broken(message));
    }
    Ok(())
}

/// Lays `top` onto `base` at `offset` along `canvas`; the first `overlap` pixels pass over.
fn lay(
    base: &mut Pixels,
    top: &Pixels,
    offset: i64,
    overlap: i64,
    amount: i64,
    transition: Transition,
    canvas: Canvas,
) -> Result<(), ImagingError> {
    let (x, y) = match canvas {
        Canvas::Across => (offset, 0),
        Canvas::Down => (0, offset),
    };
    if overlap <= 0 {
        paste::paste(base, top, x, y);
        return Ok(());
    }
    let (length, breadth) = match canvas {
        Canvas::Across => (top.width(), top.height()),
        Canvas::Down => (top.height(), top.width()),
    };
    if overlap < amount || overlap > i64::from(length) {
        return Err(ImagingError::Broken(format!("tiles overlap by at least {amount} pixels, not {overlap}")));
    }
    let shared = checked(overlap)?;
    let (width, height) = match canvas {
        Canvas::Across => (shared, breadth),
        Canvas::Down => (breadth, shared),
    };
    let below = paste::crop(base, x, y, width, height)?;
    let above = paste::crop(top, 0, 0, width, height)?;
    let mixed = match transition {
        Transition::Linear => gradient(&below, &above, amount as usize, canvas),
        Transition::Seam => blended(&below, &above, amount as usize, canvas)?,
    };
    paste::paste(base, top, x, y);
    paste::paste(base, &mixed, x, y);
    Ok(())
}

fn gradient(below: &Pixels, above: &Pixels, amount: usize, canvas: Canvas) -> Pixels {
    let (width, height) = (below.width() as usize, below.height() as usize);
    let length = if canvas == Canvas::Across { width } else { height };
    let start = length / 2 - amount / 2;
    let step = 1.0 / (amount.max(2) - 1) as f64;
    let weights: Vec<f64> = (0..length)
        .map(|index| match index.checked_sub(start) {
            None => 0.0,
            Some(inside) if inside + 1 == amount && amount > 1 => 1.0,
            Some(inside) if inside < amount => inside as f64 * step,
            Some(_) => 1.0,
        })
        .collect();
    let mut mixed = above.clone();
    for (index, (sample, below)) in mixed.data_mut().iter_mut().zip(below.data()).enumerate() {
        let weight = weights[if canvas == Canvas::Across { index / 3 % width } else { index / 3 / width }];
        *sample = (f64::from(*sample) * weight + f64::from(*below) * (1.0 - weight)) as u8;
    }
    mixed
}
