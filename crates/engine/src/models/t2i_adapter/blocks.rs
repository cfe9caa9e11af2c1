//! The levels of a T2I-Adapter.
//!
//! Reference: diffusers 0.40.0, `models/adapter.py`, `AdapterBlock`, `LightAdapterBlock` and their residual blocks.

use tch::Tensor;

use crate::Result;
use crate::layers::Conv2d;
use crate::weights::Weights;

#[derive(Debug)]
pub(super) struct Block {
    halves: bool,
    in_conv: Option<Conv2d>,
    /// Two convolutions beside a shortcut.
    resnets: Vec<(Conv2d, Conv2d)>,
    out_conv: Option<Conv2d>,
}

impl Block {
    /// A level of a full adapter.
    pub(super) fn full(w: &Weights, inputs: i64, outputs: i64, resnets: usize, halves: bool) -> Result<Self> {
        let in_conv = match inputs == outputs {
            true => None,
            false => Some(Conv2d::new(&(w / "in_conv"), inputs, outputs, 1)?),
        };
        Ok(Self { halves, in_conv, resnets: residual(w, outputs, resnets, 1)?, out_conv: None })
    }

    /// A level of a light one, which has a quarter of the channels inside.
    pub(super) fn light(w: &Weights, inputs: i64, outputs: i64, resnets: usize, halves: bool) -> Result<Self> {
        let inside = outputs / 4;
        Ok(Self {
            halves,
            in_conv: Some(Conv2d::new(&(w / "in_conv"), inputs, inside, 1)?),
            resnets: residual(w, inside, resnets, 3)?,
            out_conv: Some(Conv2d::new(&(w / "out_conv"), inside, outputs, 1)?),
        })
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h, w)`, or half as high and wide, rounded up
    pub(super) fn forward(&self, mut x: Tensor) -> Result<Tensor> {
        if self.halves {
            x = x.f_avg_pool2d([2, 2], [2, 2], [0, 0], true, true, None)?;
        }
        if let Some(conv) = &self.in_conv {
            x = conv.forward(&x)?;
        }
        for (first, second) in &self.resnets {
            x = second.forward(&first.forward(&x)?.f_relu()?)?.f_add(&x)?;
        }
        match &self.out_conv {
            Some(conv) => conv.forward(&x),
            None => Ok(x),
        }
    }
}

fn residual(w: &Weights, channels: i64, count: usize, second: i64) -> Result<Vec<(Conv2d, Conv2d)>> {
    let resnets = w / "resnets";
    (0..count)
        .map(|i| {
            let block = &resnets / i;
            let first = Conv2d::new(&(&block / "block1"), channels, channels, 3)?;
            Ok((first, Conv2d::new(&(&block / "block2"), channels, channels, second)?))
        })
        .collect()
}
