//! The only source of noise: seeded generators on the CPU, so that a seed means the same picture on every device.

use invoke_engine_sys::CpuGenerator;
use tch::{Kind, Tensor};

use crate::Result;

/// A stream of normal numbers that follows from its seed alone.
#[derive(Debug)]
pub struct Generator(CpuGenerator);

impl Generator {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Result<Self> {
        Ok(Self(CpuGenerator::new(seed)?))
    }

    /// The next numbers of the stream as a tensor on the CPU. A half-precision draw is the float32 draw, rounded.
    pub fn randn(&mut self, shape: &[i64], kind: Kind) -> Result<Tensor> {
        Ok(self.0.randn(shape, kind)?)
    }

    /// The next number of the stream that is even between 0 and 1.
    pub fn uniform(&mut self) -> Result<f64> {
        Ok(self.0.rand(&[1])?.f_double_value(&[0])?)
    }

    /// The next numbers of the stream in the shape, precision and place of another tensor.
    pub fn randn_like(&mut self, other: &Tensor) -> Result<Tensor> {
        Ok(self.randn(&other.size(), other.kind())?.f_to_device(other.device())?)
    }
}
