//! Control images in the size of the picture.
//!
//! Reference: InvokeAI 6.14.2, `app/util/controlnet_utils.py`, `prepare_control_image`.

use invoke_engine::sampling::{RgbImage, image};
use invoke_engine::{Kind, Tensor};
use invoke_graph::NodeError;
use invoke_imaging::control_map::resize_map;
use invoke_imaging::{Filter, ImagingError, Mode, Pixels, paste, resize};

use crate::failure::engine_failed;
use crate::fields::ControlResizeMode;
use crate::image::failed;

/// The control image as a network reads it, `(1, 3, height, width)` between 0 and 1.
pub(crate) fn control_picture(
    pixels: Pixels,
    mode: ControlResizeMode,
    width: u32,
    height: u32,
) -> Result<Tensor, NodeError> {
    let fitted = match mode {
        ControlResizeMode::JustResizeSimple => resize(&pixels.convert(Mode::Rgb), width, height, Filter::Lanczos),
        ControlResizeMode::JustResize => resize_map(&on_white(pixels), width, height),
        ControlResizeMode::CropResize => cut(&on_white(pixels), width, height),
        ControlResizeMode::FillResize => filled(&on_white(pixels), width, height),
    };
    let fitted = fitted.map_err(failed)?;
    let (width, height) = (fitted.width(), fitted.height());
    image::unit(&RgbImage { width, height, data: fitted.into_data() }, Kind::Float).map_err(engine_failed)
}

/// Three channels; what is transparent is white.
fn on_white(pixels: Pixels) -> Pixels {
    if pixels.mode() != Mode::Rgba {
        return pixels.convert(Mode::Rgb);
    }
    let mixed = pixels.data().chunks_exact(4).flat_map(|pixel| {
        let alpha = f32::from(pixel[3]) / 255.0;
        [0, 1, 2].map(|channel| {
            let mixed = f32::from(pixel[channel]) * alpha + 255.0 * (1.0 - alpha);
            mixed.clamp(0.0, 255.0) as u8
        })
    });
    let data: Vec<u8> = mixed.collect();
    let (width, height) = (pixels.width(), pixels.height());
    Pixels::new(Mode::Rgb, width, height, data).unwrap_or_else(|_| pixels.convert(Mode::Rgb))
}

/// Scaled so that one side fits as `choose` says, rounded as NumPy does.
fn scaled(pixels: &Pixels, width: u32, height: u32, choose: fn(f64, f64) -> f64) -> Result<Pixels, ImagingError> {
    let (own_width, own_height) = (f64::from(pixels.width()), f64::from(pixels.height()));
    let factor = choose(f64::from(height) / own_height, f64::from(width) / own_width);
    let side = |own: f64| (own * factor).round_ties_even() as u32;
    resize_map(pixels, side(own_width), side(own_height))
}

/// Large enough to cover the picture, with what is too much cut off on both sides.
fn cut(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let large = scaled(pixels, width, height, f64::max)?;
    let x = large.width().saturating_sub(width) / 2;
    let y = large.height().saturating_sub(height) / 2;
    paste::crop(&large, x.into(), y.into(), width, height)
}

/// Small enough to fit into the picture, amid the colour that is most common at its edge.
fn filled(pixels: &Pixels, width: u32, height: u32) -> Result<Pixels, ImagingError> {
    let small = scaled(pixels, width, height, f64::min)?;
    let [red, green, blue] = edge_colour(pixels);
    let mut whole = paste::blank(Mode::Rgb, width, height, [red, green, blue, 255])?;
    let x = width.saturating_sub(small.width()) / 2;
    let y = height.saturating_sub(small.height()) / 2;
    paste::paste(&mut whole, &small, x.into(), y.into());
    Ok(whole)
}

/// The median of all four edges, channel by channel; the corners count twice.
fn edge_colour(pixels: &Pixels) -> [u8; 3] {
    let (width, height) = (pixels.width() as usize, pixels.height() as usize);
    let across = (0..width).flat_map(|x| [(x, 0), (x, height - 1)]);
    let places: Vec<_> = across.chain((0..height).flat_map(|y| [(0, y), (width - 1, y)])).collect();
    [0, 1, 2].map(|channel| {
        let mut samples: Vec<u8> = places.iter().map(|(x, y)| pixels.data()[(y * width + x) * 3 + channel]).collect();
        samples.sort_unstable();
        let middle = samples.len() / 2;
        ((u16::from(samples[middle - 1]) + u16::from(samples[middle])) / 2) as u8
    })
}
