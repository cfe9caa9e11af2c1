// What tch lacks: a random generator of one's own and the inference-mode guard.
//
// Every function that can fail returns a null pointer or false and leaves the reason in the thread's last error;
// no exception crosses into Rust.

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>

namespace {

thread_local std::string last_error;

template <typename F>
auto guarded(F body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::exception &error) {
    last_error = error.what();
  } catch (...) {
    last_error = "an unknown C++ exception";
  }
  return nullptr;
}

} // namespace

extern "C" {

const char *invoke_last_error() { return last_error.c_str(); }

at::Generator *invoke_generator_new(uint64_t seed) {
  return guarded([&] { return new at::Generator(at::detail::createCPUGenerator(seed)); });
}

void invoke_generator_delete(at::Generator *generator) { delete generator; }

at::Tensor *invoke_generator_randn(at::Generator *generator, const int64_t *shape, size_t dims, int8_t kind) {
  return guarded([&] {
    auto options = at::TensorOptions().device(at::kCPU).dtype(static_cast<at::ScalarType>(kind));
    return new at::Tensor(at::randn(at::IntArrayRef(shape, dims), *generator, options));
  });
}

at::Tensor *invoke_generator_rand(at::Generator *generator, const int64_t *shape, size_t dims) {
  return guarded([&] {
    auto options = at::TensorOptions().device(at::kCPU).dtype(at::kFloat);
    return new at::Tensor(at::rand(at::IntArrayRef(shape, dims), *generator, options));
  });
}

// `release(owner)` runs exactly once: when the last tensor over these bytes goes, or here if none could be made.
at::Tensor *invoke_tensor_over(void *data, const int64_t *shape, size_t dims, int8_t kind, void *owner,
                               void (*release)(void *)) {
  std::shared_ptr<void> keeper(owner, release);
  return guarded([&] {
    auto options = at::TensorOptions().device(at::kCPU).dtype(static_cast<at::ScalarType>(kind));
    return new at::Tensor(at::from_blob(data, at::IntArrayRef(shape, dims), [keeper](void *) {}, options));
  });
}

c10::InferenceMode *invoke_inference_mode_enter() {
  return guarded([] { return new c10::InferenceMode(true); });
}

void invoke_inference_mode_leave(c10::InferenceMode *guard) { delete guard; }

} // extern "C"
