//! The compact network of Real-ESRGAN: plain convolutions, enlarged at the end, added to the picture.
//!
//! Reference: spandrel 0.4.2, `architectures/Compact/__arch/SRVGG.py`, `SRVGGNetCompact`.

use tch::Tensor;

use crate::layers::Conv2d;
use crate::weights::{Weight, Weights};
use crate::{EngineError, Result};

#[derive(Debug)]
pub(super) struct Compact {
    first: Conv2d,
    /// The slope below 0 of each channel, and the convolution that follows.
    body: Vec<(Weight, Conv2d)>,
    scale: i64,
}

impl Compact {
    /// The network in this part of a file, if one is there.
    pub(super) fn find(w: &Weights) -> Option<Result<Self>> {
        if !w.contains("body.0.weight") || !w.contains("body.1.weight") {
            return None;
        }
        Some(Self::new(w))
    }

    fn new(w: &Weights) -> Result<Self> {
        let body = w / "body";
        let first = body.shape("0.weight").unwrap_or_default();
        let last = body.names().filter_map(|name| name.split('.').next()?.parse::<usize>().ok()).max().unwrap_or(0);
        let outputs = body.shape(&format!("{last}.bias")).and_then(|shape| shape.first().copied()).unwrap_or_default();
        let (&[features, inputs, ..], Some(scale)) = (&first[..], scale_of(outputs, first.get(1).copied())) else {
            let reason = format!("a compact upscaler of {outputs} outputs and a first layer {first:?} is not known");
            return Err(EngineError::Setting(reason));
        };
        let layers = (1..last).step_by(2).map(|i| {
            let channels = if i + 1 == last { outputs } else { features };
            let slope = (&body / i).tensor("weight", &[features])?;
            Ok((slope, Conv2d::new(&(&body / (i + 1)), features, channels, 3)?))
        });
        Ok(Self { first: Conv2d::new(&(&body / 0), inputs, features, 3)?, body: layers.collect::<Result<_>>()?, scale })
    }

    pub(super) fn scale(&self) -> i64 {
        self.scale
    }

    /// `(b, c, h, w)` to `(b, c', h * scale, w * scale)`
    pub(super) fn forward(&self, picture: &Tensor) -> Result<Tensor> {
        let mut x = self.first.forward(picture)?;
        for (slope, conv) in &self.body {
            x = conv.forward(&x.f_prelu(slope)?)?;
        }
        let (_, _, height, width) = picture.size4()?;
        let (height, width) = (height * self.scale, width * self.scale);
        let enlarged = picture.f_upsample_nearest2d([height, width], None, None)?;
        Ok(x.f_pixel_shuffle(self.scale)?.f_add(&enlarged)?)
    }
}

/// The scale at which that many outputs are the squares of 3, 4 or 1 channels, or of as many as come in.
fn scale_of(outputs: i64, inputs: Option<i64>) -> Option<i64> {
    [inputs.unwrap_or(3), 3, 4, 1].into_iter().find_map(|channels| {
        let scale = (outputs.checked_div(channels)? as f64).sqrt() as i64;
        (scale > 0 && scale * scale * channels == outputs).then_some(scale)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_follows_from_the_number_of_outputs() {
        assert_eq!(scale_of(48, Some(3)), Some(4));
        assert_eq!(scale_of(12, Some(3)), Some(2));
        assert_eq!(scale_of(16, Some(1)), Some(4));
        assert_eq!(scale_of(3, Some(1)), Some(1));
        assert_eq!(scale_of(7, Some(3)), None);
        assert_eq!(scale_of(0, Some(0)), None);
    }
}
