// What tch lacks: a random generator of one's own, tensors over memory they keep alive, the inference-mode guard, how much
// memory an accelerator has, and what becomes of memory that is free again.

#include "guard.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <cstdint>
#include <memory>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

thread_local std::string invoke_error;

extern "C" {

const char *invoke_last_error() { return invoke_error.c_str(); }

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

// Free and total bytes of an accelerator.
bool invoke_device_memory(int8_t index, uint64_t *free, uint64_t *total) {
  return guarded([&]() -> const char * {
           auto info = at::accelerator::getMemoryInfo(index);
           *free = info.first;
           *total = info.second;
           return "";
         }) != nullptr;
}

// Gives memory that no tensor uses back to the accelerator.
bool invoke_empty_device_cache() {
  return guarded([]() -> const char * {
           at::accelerator::emptyCache();
           return "";
         }) != nullptr;
}

// Keeps memory for the next tensor of up to `largest` bytes, instead of giving it back to the system and getting it again page by
// page, cleared: a layer's result is as large every time.
void invoke_keep_freed_memory(int largest) {
#ifdef __GLIBC__
  // Older ones than 2.35 take no more than this.
  constexpr int HIGHEST_BEFORE = 32 << 20;
  if (!mallopt(M_MMAP_THRESHOLD, largest)) mallopt(M_MMAP_THRESHOLD, HIGHEST_BEFORE);
  mallopt(M_TRIM_THRESHOLD, largest);
  // Only the first arena can hold large pieces.
  mallopt(M_ARENA_MAX, 1);
#endif
}

// Gives what is free back to the system.
void invoke_return_freed_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

} // extern "C"
