//! Halving and doubling the size of an image.
//!
//! Reference: diffusers 0.40.0, `models/downsampling.py` `Downsample2D` and `models/upsampling.py` `Upsample2D`, both
//! with a convolution.

use tch::Tensor;

use super::Conv2d;
use crate::Result;
use crate::weights::Weights;

/// On which sides of an image zeros are added before it is halved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Padding {
    /// One on every side, as in the UNet.
    Around,
    /// One on the right and one below, as in the autoencoder.
    After,
}

/// Half the size by a strided convolution.
#[derive(Debug)]
pub struct Downsample2d {
    conv: Conv2d,
    padding: Padding,
}

impl Downsample2d {
    /// The layer in this part of the weights.
    pub fn new(w: &Weights, channels: i64, padding: Padding) -> Result<Self> {
        let around = i64::from(padding == Padding::Around);
        Ok(Self { conv: Conv2d::strided(&(w / "conv"), channels, channels, 3, 2, around)?, padding })
    }

    /// `(b, c, h, w)` to `(b, c, h / 4, w / 4)` with the same weights, spread twice as far.
    pub fn quarter(&self, x: &Tensor) -> Result<Tensor> {
        self.conv.dilated(x, 4, 2, 2)
    }

    /// `(b, c, h, w)` to `(b, c, h / 2, w / 2)`, odd sizes rounded up around and down after
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.padding {
            Padding::Around => self.conv.forward(x),
            Padding::After => self.conv.forward(&x.f_pad([0, 1, 0, 1], "constant", 0.0)?),
        }
    }
}

/// Twice the size by repeating every pixel, then a convolution.
#[derive(Debug)]
pub struct Upsample2d {
    conv: Conv2d,
}

impl Upsample2d {
    /// The layer in this part of the weights.
    pub fn new(w: &Weights, channels: i64) -> Result<Self> {
        Ok(Self { conv: Conv2d::new(&(w / "conv"), channels, channels, 3)? })
    }

    /// `(b, c, h, w)` to `(b, c, h * 2, w * 2)`, or to the given `(height, width)`
    pub fn forward(&self, x: &Tensor, size: Option<(i64, i64)>) -> Result<Tensor> {
        let larger = match size {
            Some((height, width)) => x.f_upsample_nearest2d([height, width], None, None)?,
            None => {
                let (_, _, height, width) = x.size4()?;
                x.f_upsample_nearest2d([height * 2, width * 2], 2.0, 2.0)?
            }
        };
        self.conv.forward(&larger)
    }
}
