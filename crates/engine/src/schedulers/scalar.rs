//! libtorch's functions on single numbers in float32. Another library's may differ in the last bit, and a multistep method
//! over a badly behaved model can make a different picture of that.

use tch::{Device, Kind, Tensor};

use crate::Result;

pub(super) fn exp(x: f32) -> Result<f32> {
    Ok(f32::try_from(tensor(x)?.f_exp()?)?)
}

pub(super) fn expm1(x: f32) -> Result<f32> {
    Ok(f32::try_from(tensor(x)?.f_expm1()?)?)
}

pub(super) fn ln(x: f32) -> Result<f32> {
    Ok(f32::try_from(tensor(x)?.f_log()?)?)
}

pub(super) fn sqrt(x: f32) -> Result<f32> {
    Ok(f32::try_from(tensor(x)?.f_sqrt()?)?)
}

fn tensor(x: f32) -> Result<Tensor> {
    Ok(Tensor::f_full([1], f64::from(x), (Kind::Float, Device::Cpu))?)
}
