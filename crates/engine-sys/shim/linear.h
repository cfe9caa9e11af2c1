// A linear layer in single precision on the processor, by oneDNN. libtorch takes MKL for it, which leaves AVX-512 unused on
// processors that are not Intel's: there oneDNN is more than twice as quick, and nowhere measured slower for more than a few rows.

#pragma once

#include <ATen/ATen.h>

#include <optional>

// `x` (.., inputs), `weight` (outputs, inputs), `bias` (outputs), all of single precision on the processor, `weight` and `bias`
// contiguous.
at::Tensor onednn_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);
