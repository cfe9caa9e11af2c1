#include "linear.h"
#include "guard.h"

#include <ATen/core/dispatch/Dispatcher.h>

namespace {

using Pointwise = at::Tensor(const at::Tensor &, const at::Tensor &, const std::optional<at::Tensor> &, std::string_view,
                             c10::List<std::optional<at::Scalar>>, std::optional<std::string_view>);

// libtorch's own call of oneDNN's inner product, which has no function of its own in the headers.
const c10::TypedOperatorHandle<Pointwise> &pointwise() {
  static const auto handle =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "").typed<Pointwise>();
  return handle;
}

bool plain(const at::Tensor &tensor) { return tensor.device().is_cpu() && tensor.scalar_type() == at::kFloat; }

} // namespace

at::Tensor onednn_linear(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
  return pointwise().call(x, weight, bias, "none", c10::List<std::optional<at::Scalar>>(), "");
}

extern "C" {

// `bias` may be null. Null for what it does not do, with the reason as the thread's last error.
at::Tensor *invoke_linear(const at::Tensor *x, const at::Tensor *weight, const at::Tensor *bias) {
  return guarded([&] {
    TORCH_CHECK(plain(*x) && plain(*weight) && (!bias || plain(*bias)), "not numbers of single precision");
    TORCH_CHECK(weight->dim() == 2 && x->dim() >= 1 && x->size(-1) == weight->size(1), "not a matrix for these rows");
    TORCH_CHECK(!bias || (bias->dim() == 1 && bias->size(0) == weight->size(0)), "not a bias for these");
    const auto shift = bias ? std::optional(bias->contiguous()) : std::nullopt;
    return new at::Tensor(onednn_linear(*x, weight->contiguous(), shift));
  });
}

} // extern "C"
