//! ESRGAN's residual-in-residual dense blocks, by every name their layers have had.
//!
//! Paper: <https://arxiv.org/abs/1809.00219>; Real-ESRGAN <https://arxiv.org/abs/2107.10833>; ESRGAN+
//! <https://arxiv.org/abs/2001.08073>. Reference: spandrel 0.4.2, `architectures/ESRGAN/`.

use tch::Tensor;

use super::leaky;
use crate::layers::Conv2d;
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result};

const SLOPE: f64 = 0.2;
/// How much of what a block finds is added to what it was given.
const SHARE: f64 = 0.2;

/// How a file names the layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Numbers of one long sequence, as ESRGAN's first code has it.
    Numbers,
    /// BSRGAN's and RealSR's.
    Trunk,
    /// Real-ESRGAN's.
    Body,
}

#[derive(Debug)]
pub(super) struct Rrdb {
    first: Conv2d,
    blocks: Vec<[DenseBlock; 3]>,
    trunk: Conv2d,
    ups: Vec<Conv2d>,
    high: Conv2d,
    last: Conv2d,
    /// Pixels of a side that are first put into channels.
    shuffle: Option<i64>,
}

impl Names {
    fn of(w: &Weights) -> Option<Self> {
        let has = |names: &[&str]| names.iter().all(|name| w.contains(name));
        if has(&["model.0.weight"])
            && (w.contains("model.1.sub.0.RDB1.conv1.0.weight") || w.contains("model.1.sub.0.RDB1.conv1x1.weight"))
        {
            Some(Self::Numbers)
        } else if has(&["conv_first.weight", "body.0.rdb1.conv1.weight", "conv_body.weight", "conv_last.weight"]) {
            Some(Self::Body)
        } else if has(&["conv_first.weight", "RRDB_trunk.0.RDB1.conv1.weight", "trunk_conv.weight", "conv_last.weight"])
        {
            Some(Self::Trunk)
        } else {
            None
        }
    }

    fn first(self) -> &'static str {
        match self {
            Self::Numbers => "model.0",
            Self::Trunk | Self::Body => "conv_first",
        }
    }

    fn blocks(self) -> &'static str {
        match self {
            Self::Numbers => "model.1.sub",
            Self::Trunk => "RRDB_trunk",
            Self::Body => "body",
        }
    }

    fn trunk(self, blocks: usize) -> String {
        match self {
            Self::Numbers => format!("model.1.sub.{blocks}"),
            Self::Trunk => "trunk_conv".to_owned(),
            Self::Body => "conv_body".to_owned(),
        }
    }

    fn up(self, number: usize) -> String {
        match self {
            Self::Numbers => format!("model.{}", 3 * number),
            Self::Trunk => format!("upconv{number}"),
            Self::Body => format!("conv_up{number}"),
        }
    }

    fn high(self, ups: usize) -> String {
        match self {
            Self::Numbers => format!("model.{}", 3 * ups + 2),
            Self::Trunk => "HRconv".to_owned(),
            Self::Body => "conv_hr".to_owned(),
        }
    }

    fn last(self, ups: usize) -> String {
        match self {
            Self::Numbers => format!("model.{}", 3 * ups + 4),
            Self::Trunk | Self::Body => "conv_last".to_owned(),
        }
    }

    /// One of the three dense blocks of a block.
    fn dense(self, number: usize) -> String {
        match self {
            Self::Numbers | Self::Trunk => format!("RDB{number}"),
            Self::Body => format!("rdb{number}"),
        }
    }

    fn conv(self, number: usize) -> String {
        match self {
            Self::Numbers => format!("conv{number}.0"),
            Self::Trunk | Self::Body => format!("conv{number}"),
        }
    }
}

impl Rrdb {
    /// The network in this part of a file, if one is there.
    pub(super) fn find(w: &Weights) -> Option<Result<Self>> {
        Names::of(w).map(|names| Self::new(w, names))
    }

    fn new(w: &Weights, names: Names) -> Result<Self> {
        let block = |name: &str| name.split('.').next()?.parse::<usize>().ok();
        let inside = |name: &&str| name.contains(".RDB") || name.contains(".rdb");
        let count = (w / names.blocks()).names().filter(inside).filter_map(block).max().map_or(0, |last| last + 1);
        let ups = (1..).take_while(|number| w.contains(&format!("{}.weight", names.up(*number)))).count();
        let sides = |name: &str| {
            let shape = w.shape(&format!("{name}.weight")).unwrap_or_default();
            match shape[..] {
                [outputs, inputs, 3, 3] => Ok((outputs, inputs)),
                _ => Err(EngineError::Setting(format!("`{name}` is no convolution of an upscaler: {shape:?}"))),
            }
        };
        let (features, inputs) = sides(names.first())?;
        let (outputs, _) = sides(&names.last(ups))?;
        let growth = sides(&format!("{}.0.{}.{}", names.blocks(), names.dense(1), names.conv(1)))?.0;
        let conv = |name: &str, inputs, outputs| Conv2d::new(&(w / name), inputs, outputs, 3);
        let blocks = (0..count).map(|i| {
            let dense = |number| {
                DenseBlock::new(&(w / names.blocks() / i / names.dense(number).as_str()), names, features, growth)
            };
            Ok([dense(1)?, dense(2)?, dense(3)?])
        });
        Ok(Self {
            first: conv(names.first(), inputs, features)?,
            blocks: blocks.collect::<Result<_>>()?,
            trunk: conv(&names.trunk(count), features, features)?,
            ups: (1..=ups).map(|number| conv(&names.up(number), features, features)).collect::<Result<_>>()?,
            high: conv(&names.high(ups), features, features)?,
            last: conv(&names.last(ups), features, outputs)?,
            shuffle: [2, 4].into_iter().find(|side| inputs == outputs * side * side),
        })
    }

    pub(super) fn scale(&self) -> i64 {
        (1 << self.ups.len()) / self.shuffle.unwrap_or(1)
    }

    /// What the sides of a picture have to be multiples of.
    pub(super) fn multiple(&self) -> i64 {
        if self.shuffle.is_some() { 4 } else { 1 }
    }

    /// `(b, c, h, w)` to `(b, c', h * scale, w * scale)`
    pub(super) fn forward(&self, picture: &Tensor) -> Result<Tensor> {
        let x = match self.shuffle {
            Some(side) => picture.f_pixel_unshuffle(side)?,
            None => picture.shallow_clone(),
        };
        let shallow = self.first.forward(&x)?;
        let mut deep = shallow.shallow_clone();
        for block in &self.blocks {
            let mut inside = deep.shallow_clone();
            for dense in block {
                inside = dense.forward(&inside)?;
            }
            deep = inside.f_mul_scalar(SHARE)?.f_add(&deep)?;
        }
        let mut x = shallow.f_add(&self.trunk.forward(&deep)?)?;
        for up in &self.ups {
            let (_, _, height, width) = x.size4()?;
            x = leaky(&up.forward(&x.f_upsample_nearest2d([height * 2, width * 2], 2.0, 2.0)?)?, SLOPE)?;
        }
        self.last.forward(&leaky(&self.high.forward(&x)?, SLOPE)?)
    }
}

/// Five convolutions, each given what all before it have made.
#[derive(Debug)]
struct DenseBlock {
    convs: [Conv2d; 5],
    /// ESRGAN+ adds its input to the second's result, without a bias.
    shortcut: Option<Weight>,
}

impl DenseBlock {
    fn new(w: &Weights, names: Names, features: i64, growth: i64) -> Result<Self> {
        let conv = |number: i64| {
            let outputs = if number == 5 { features } else { growth };
            Conv2d::new(&(w / names.conv(number as usize).as_str()), features + (number - 1) * growth, outputs, 3)
        };
        let shortcut = match w.contains("conv1x1.weight") {
            true => Some(w.tensor("conv1x1.weight", &[growth, features, 1, 1])?),
            false => None,
        };
        Ok(Self { convs: [conv(1)?, conv(2)?, conv(3)?, conv(4)?, conv(5)?], shortcut })
    }

    /// `(b, c, h, w)` to the same shape
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let mut made = vec![x.shallow_clone()];
        for (i, conv) in self.convs.iter().enumerate() {
            let mut next = conv.forward(&Tensor::f_cat(&made, 1)?)?;
            if i == self.convs.len() - 1 {
                return Ok(next.f_mul_scalar(SHARE)?.f_add(x)?);
            }
            next = leaky(&next, SLOPE)?;
            next = match (&self.shortcut, i) {
                (Some(shortcut), 1) => {
                    next.f_add(&x.f_conv2d(shortcut, None::<&Tensor>, [1, 1], [0, 0], [1, 1], 1)?)?
                }
                (Some(_), 3) => next.f_add(&made[2])?,
                _ => next,
            };
            made.push(next);
        }
        Ok(x.shallow_clone())
    }
}
