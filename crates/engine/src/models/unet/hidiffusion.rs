//! HiDiffusion: pictures larger than a network was trained for. In the first steps the lower levels work on smaller images (RAU-Net);
//! at the largest images a pixel attends to a window around it, moved at random (MSW-MSA).
//!
//! Paper: <https://arxiv.org/abs/2311.17528>. Reference: InvokeAI 6.14.2, `backend/hidiffusion/hidiffusion.py`.

use std::cell::{Cell, RefCell};

use tch::Tensor;

use super::UnetConfig;
use crate::random::Generator;
use crate::{EngineError, Result};

/// The share of all steps after which SDXL's aggressive way begins.
const AGGRESSIVE: f64 = 8.0 / 50.0;
/// Latents, along a side, below which Stable Diffusion XL is handled in that way.
const AGGRESSIVE_SIDE: i64 = 512;

/// How a run uses it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HiDiffusionSettings {
    /// Whether lower levels work on smaller images at first.
    pub raunet: bool,
    /// Whether pixels attend to windows.
    pub windows: bool,
    /// The share of steps in which the first of the two changes of size is made.
    pub t1_ratio: f64,
    /// The share of steps in which the second is made.
    pub t2_ratio: f64,
}

/// One run.
#[derive(Debug)]
pub struct HiDiffusion {
    settings: HiDiffusionSettings,
    random: RefCell<Generator>,
}

/// One step of a run, of which a call of the UNet is told.
#[derive(Debug, Clone, Copy)]
pub struct HiDiffusionStep<'a> {
    run: &'a HiDiffusion,
    step: usize,
    total: usize,
}

impl HiDiffusion {
    /// A run whose windows move as `seed` says.
    pub fn new(settings: HiDiffusionSettings, seed: u64) -> Result<Self> {
        Ok(Self { settings, random: RefCell::new(Generator::new(seed)?) })
    }

    /// Step `step` of `total`, from 0 on. Steps follow one another: each moves the windows on.
    pub fn at(&self, step: usize, total: usize) -> HiDiffusionStep<'_> {
        HiDiffusionStep { run: self, step, total }
    }
}

impl<'a> HiDiffusionStep<'a> {
    /// What a call on latents of this size does.
    pub(super) fn plan(self, config: &UnetConfig, size: (i64, i64)) -> Result<Plan<'a>> {
        let family = Family::of(config)?;
        let before = |ratio: f64| self.step < (self.total as f64 * ratio) as usize;
        let HiDiffusionSettings { raunet, windows, t1_ratio, t2_ratio } = self.run.settings;
        let (quarter, half) = match family {
            Family::Sd => (before(t1_ratio), before(t2_ratio)),
            Family::Xl if size.0 < AGGRESSIVE_SIDE || size.1 < AGGRESSIVE_SIDE => {
                (before(AGGRESSIVE), !before(AGGRESSIVE) && before(t1_ratio))
            }
            Family::Xl => (before(t2_ratio), before(t1_ratio)),
        };
        Ok(Plan {
            family,
            quarter: raunet && quarter,
            half: raunet && half,
            windows: windows.then_some(Windows { size, random: &self.run.random }),
            full: Cell::new(None),
        })
    }
}

/// Networks it is known how to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// Stable Diffusion 1 and 2.
    Sd,
    /// Stable Diffusion XL.
    Xl,
}

impl Family {
    fn of(config: &UnetConfig) -> Result<Self> {
        let attends: Vec<_> =
            (0..config.block_out_channels.len()).map(|block| config.down_has_attention(block)).collect();
        // With other numbers of layers, images of different sizes would meet on the way up.
        let two_layers = config.layers_per_block.at(Plan::HALVED) == 2;
        match attends[..] {
            [true, true, true, false] if two_layers => Ok(Self::Sd),
            [false, true, true] if two_layers => Ok(Self::Xl),
            _ => Err(EngineError::Setting("HiDiffusion is for Stable Diffusion 1, 2 and XL only".to_owned())),
        }
    }

    /// The level, counted from the widest image, whose downsampler makes a quarter.
    fn quartering(self) -> usize {
        match self {
            Self::Sd => 0,
            Self::Xl => 1,
        }
    }

    /// The levels in which windows are: on the way down and on the way up, counted from either end.
    fn windowed(self) -> (usize, usize) {
        match self {
            Self::Sd => (0, 3),
            Self::Xl => (1, 1),
        }
    }
}

/// What one call does.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    family: Family,
    quarter: bool,
    half: bool,
    windows: Option<Windows<'a>>,
    full: Cell<Option<(i64, i64)>>,
}

impl<'a> Plan<'a> {
    /// The level on the way down that is halved after its first layer.
    const HALVED: usize = 1;

    /// The windows of a level on the way down.
    pub(super) fn windows_down(&self, level: usize) -> Option<Windows<'a>> {
        self.windows.filter(|_| level == self.family.windowed().0)
    }

    /// The windows of a level on the way up.
    pub(super) fn windows_up(&self, level: usize) -> Option<Windows<'a>> {
        self.windows.filter(|_| level == self.family.windowed().1)
    }

    /// Whether the downsampler of this level makes a quarter of the size instead of half.
    pub(super) fn quarters(&self, level: usize) -> bool {
        self.quarter && level == self.family.quartering()
    }

    /// After a layer on the way down: half the size in one place.
    pub(super) fn after_down(&self, level: usize, layer: usize, x: Tensor) -> Result<Tensor> {
        if !self.half || level != Self::HALVED || layer != 0 {
            return Ok(x);
        }
        let (_, _, height, width) = x.size4()?;
        self.full.set(Some((height, width)));
        Ok(x.f_avg_pool2d([2, 2], [2, 2], [0, 0], true, true, None)?)
    }

    /// After a layer on the way up: back to the full size in one place.
    pub(super) fn after_up(&self, level: usize, layer: usize, x: Tensor) -> Result<Tensor> {
        let place = match self.family {
            Family::Sd => 2,
            Family::Xl => 1,
        };
        match self.full.get() {
            Some((height, width)) if level == place && layer == 1 => resized(&x, (height, width)),
            _ => Ok(x),
        }
    }
}

/// `(b, c, h, w)` at another size, as HiDiffusion resizes.
pub(super) fn resized(x: &Tensor, (height, width): (i64, i64)) -> Result<Tensor> {
    Ok(x.f_upsample_bicubic2d([height, width], false, None, None)?)
}

/// Four windows over an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows<'a> {
    /// Height and width of the latents.
    size: (i64, i64),
    random: &'a RefCell<Generator>,
}

impl Windows<'_> {
    /// Runs attention, `(b, n, c)` to the same shape, on each window of an image of `n` pixels.
    pub(super) fn attend(&self, x: &Tensor, attention: impl FnOnce(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
        let (batch, pixels, channels) = x.size3()?;
        let scale = ((self.size.0 * self.size.1) as f64 / pixels as f64).sqrt().round_ties_even();
        let side = |side: i64| (side as f64 / scale).ceil() as i64;
        let (height, width) = (side(self.size.0), side(self.size.1));
        let (rows, columns) = ((height + 1) / 2, (width + 1) / 2);
        let moved = match self.random.borrow_mut().uniform()? {
            ..=0.25 => 0,
            ..=0.5 => 1,
            ..=0.75 => 2,
            _ => 3,
        };
        let shift = [rows / 4 * moved, columns / 4 * moved];
        let uneven = height % 2 != 0 || width % 2 != 0;
        let image_first = |x: &Tensor| x.f_permute([0, 3, 1, 2])?.f_contiguous();
        let image_last = |x: Tensor| x.f_permute([0, 2, 3, 1])?.f_contiguous();

        let mut image = x.f_reshape([batch, height, width, channels])?; // (b, h, w, c)
        if uneven {
            image = image_last(resized(&image_first(&image)?, (rows * 2, columns * 2))?)?;
        }
        if shift[0] > 0 {
            image = image.f_roll([-shift[0], -shift[1]], [1, 2])?;
        }
        let windows = image.f_reshape([batch, 2, rows, 2, columns, channels])?.f_permute([0, 1, 3, 2, 4, 5])?;
        let windows = windows.f_contiguous()?.f_view([-1, rows * columns, channels])?; // (4 b, rows columns, c)

        let attended = attention(&windows)?;
        let image = attended.f_reshape([batch, 2, 2, rows, columns, channels])?.f_permute([0, 1, 3, 2, 4, 5])?;
        let mut image = image.f_contiguous()?.f_view([batch, rows * 2, columns * 2, channels])?;
        if shift[0] > 0 {
            image = image.f_roll(shift, [1, 2])?;
        }
        if uneven {
            image = image_last(resized(&image_first(&image)?, (height, width))?)?;
        }
        Ok(image.f_reshape([batch, pixels, channels])?)
    }
}
