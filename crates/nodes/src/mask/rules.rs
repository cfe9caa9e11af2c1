//! Masks as tensors: true where they are set.

use invoke_engine::{Kind, Tensor};
use invoke_graph::NodeError;
use invoke_imaging::{Mode, Pixels};

use crate::Context;
use crate::fields::TensorField;
use crate::outputs::MaskOutput;

fn failed(error: impl std::fmt::Display) -> NodeError {
    NodeError::new("RuntimeError", error.to_string())
}

/// Keeps a grey picture as a mask, `(1, h, w)`, set where it is not black.
pub(crate) fn keep(context: &mut Context, mask: &Pixels) -> Result<MaskOutput, NodeError> {
    let (width, height) = (i64::from(mask.width()), i64::from(mask.height()));
    let bytes = Tensor::f_from_data_size(mask.data(), &[1, height, width], Kind::Uint8).map_err(failed)?;
    let mask = bytes.f_not_equal(0).map_err(failed)?;
    Ok(MaskOutput { mask: TensorField { tensor_name: context.save_tensor(mask) }, width, height })
}

/// A mask, `(h, w)` or `(1, h, w)`, as a grey picture: white where it is set, or above a half.
pub(crate) fn binary(mask: &Tensor) -> Result<Pixels, NodeError> {
    let (height, width) = match mask.size()[..] {
        [height, width] | [1, height, width] => (height, width),
        ref other => return Err(NodeError::new("AssertionError", format!("a mask has two dimensions, not {other:?}"))),
    };
    let set = if mask.kind() == Kind::Bool { mask.shallow_clone() } else { mask.f_greater(0.5).map_err(failed)? };
    let set = set.f_to_kind(Kind::Uint8).and_then(|set| set.f_reshape([-1]));
    let set = Vec::<u8>::try_from(set.map_err(failed)?).map_err(failed)?;
    let data = set.into_iter().map(|set| set * 255).collect();
    let side = |side: i64| u32::try_from(side).unwrap_or(0);
    Pixels::new(Mode::L, side(width), side(height), data).map_err(crate::image::failed)
}

/// A grey picture as numbers from 0 to 1, `(1, 1, h, w)`.
pub(crate) fn unit_tensor(grey: &Pixels) -> Result<Tensor, NodeError> {
    let size = [1, 1, i64::from(grey.height()), i64::from(grey.width())];
    let bytes = Tensor::f_from_data_size(grey.data(), &size, Kind::Uint8).map_err(failed)?;
    bytes.f_to_kind(Kind::Float).and_then(|unit| unit.f_div_scalar(255.0)).map_err(failed)
}
