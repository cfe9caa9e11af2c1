//! `torch.nn.Conv2d` with a square kernel.

use invoke_engine_sys::{WINOGRAD_LANES, winograd, winograd_runs};
use tch::{Device, Kind, Tensor};

use crate::Result;
use crate::weights::{Parameter, SeamlessAxes, Weight, Weights};

/// Tiles of 4x4 from which on transforming them pays: two pictures of 16x16. There it takes three quarters of oneDNN's time, with
/// half as many tiles as long as oneDNN: the weights are transformed every time.
const WINOGRAD_TILES: i64 = 32;

/// A convolution over images. Beyond an image's edges are zeros, or the opposite edge where the weights say so.
#[derive(Debug)]
pub struct Conv2d {
    weight: Parameter,
    bias: Option<Weight>,
    stride: i64,
    padding: i64,
    seamless: SeamlessAxes,
}

impl Conv2d {
    /// A convolution that keeps the size of the image: stride 1, padding half the kernel.
    pub fn new(w: &Weights, inputs: i64, outputs: i64, kernel: i64) -> Result<Self> {
        Self::strided(w, inputs, outputs, kernel, 1, kernel / 2)
    }

    /// A convolution of this stride and padding.
    pub fn strided(w: &Weights, inputs: i64, outputs: i64, kernel: i64, stride: i64, padding: i64) -> Result<Self> {
        Ok(Self {
            weight: w.parameter("weight", &[outputs, inputs, kernel, kernel])?,
            bias: Some(w.tensor("bias", &[outputs])?),
            stride,
            padding,
            seamless: w.seamless_axes(),
        })
    }

    /// A convolution without bias, of this stride, with padding half the kernel.
    pub fn without_bias(w: &Weights, inputs: i64, outputs: i64, kernel: i64, stride: i64) -> Result<Self> {
        let weight = w.parameter("weight", &[outputs, inputs, kernel, kernel])?;
        Ok(Self { weight, bias: None, stride, padding: kernel / 2, seamless: w.seamless_axes() })
    }

    /// As [`forward`](Self::forward), with this stride, padding and dilation instead of its own; beyond the edges are zeros.
    pub fn dilated(&self, x: &Tensor, stride: i64, padding: i64, dilation: i64) -> Result<Tensor> {
        let bias = self.bias.as_deref();
        Ok(x.f_conv2d(&*self.weight.ready()?, bias, [stride; 2], [padding; 2], [dilation; 2], 1)?)
    }

    /// `(b, inputs, h, w)` to `(b, outputs, h', w')`
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let (stride, padding) = ([self.stride; 2], self.padding);
        let weight = self.weight.ready()?;
        if self.is_plain() && winograd_pays(x, &weight) {
            return Ok(winograd(x, &weight, self.bias.as_deref())?);
        }
        let convolve = |x: &Tensor, padding| x.f_conv2d(&weight, self.bias.as_deref(), stride, [padding; 2], [1, 1], 1);
        if self.seamless == SeamlessAxes::default() || padding == 0 {
            return Ok(convolve(x, padding)?);
        }
        let mode = |seamless| if seamless { "circular" } else { "constant" };
        let padded = x.f_pad([padding, padding, 0, 0], mode(self.seamless.x), None)?;
        let padded = padded.f_pad([0, 0, padding, padding], mode(self.seamless.y), None)?;
        Ok(convolve(&padded, 0)?)
    }

    /// Whether it keeps the size of pictures, with zeros around them.
    fn is_plain(&self) -> bool {
        self.stride == 1 && self.padding == 1 && self.seamless == SeamlessAxes::default()
    }
}

/// Whether a convolution of this kernel is quicker by transformed tiles: on the processor in single precision, where a picture
/// has so many tiles that transforming the weights does not count.
fn winograd_pays(x: &Tensor, weight: &Tensor) -> bool {
    let (picture, kernel) = (x.size(), weight.size());
    let (&[batch, inputs, height, width], &[outputs, _, 3, 3]) = (&picture[..], &kernel[..]) else { return false };
    let tiles = batch * ((height + 3) / 4) * ((width + 3) / 4);
    let single = |tensor: &Tensor| tensor.kind() == Kind::Float && tensor.device() == Device::Cpu;
    tiles >= WINOGRAD_TILES
        && inputs % WINOGRAD_LANES == 0
        && outputs % WINOGRAD_LANES == 0
        && single(x)
        && single(weight)
        && winograd_runs()
}
