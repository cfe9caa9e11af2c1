//! The small C++ shim for what `tch` lacks: a seeded generator that is not the process-wide one, tensors over memory
//! they keep alive, inference mode, memory, and a faster linear layer and convolution for processors.
//!
//! It is not a second binding to libtorch: whatever `tch` can do is done through `tch`. The C++ side is
//! below `shim`; `build.rs` compiles it against the headers beside the libtorch that `torch-sys` linked, and passes
//! that folder on, so that a dependent's build script can set its run path.

#![expect(unsafe_code, reason = "this crate is the border to C++; nothing above it needs to cross")]

use std::ffi::{CStr, c_char, c_void};
use std::marker::PhantomData;
use std::ptr::NonNull;

use tch::{Kind, Tensor};
use torch_sys::C_tensor;

#[repr(C)]
struct RawGenerator {
    _opaque: [u8; 0],
}

#[repr(C)]
struct RawInferenceMode {
    _opaque: [u8; 0],
}

unsafe extern "C" {
    fn invoke_last_error() -> *const c_char;
    fn invoke_generator_new(seed: u64) -> *mut RawGenerator;
    fn invoke_generator_delete(generator: *mut RawGenerator);
    fn invoke_generator_randn(generator: *mut RawGenerator, shape: *const i64, dims: usize, kind: i8) -> *mut C_tensor;
    fn invoke_generator_rand(generator: *mut RawGenerator, shape: *const i64, dims: usize) -> *mut C_tensor;
    fn invoke_tensor_over(
        data: *mut c_void,
        shape: *const i64,
        dims: usize,
        kind: i8,
        owner: *mut c_void,
        release: extern "C" fn(*mut c_void),
    ) -> *mut C_tensor;
    fn invoke_inference_mode_enter() -> *mut RawInferenceMode;
    fn invoke_inference_mode_leave(guard: *mut RawInferenceMode);
    fn invoke_device_memory(index: i8, free: *mut u64, total: *mut u64) -> bool;
    fn invoke_empty_device_cache() -> bool;
    fn invoke_keep_freed_memory(largest: i32);
    fn invoke_return_freed_memory();
    fn invoke_linear(x: *const C_tensor, weight: *const C_tensor, bias: *const C_tensor) -> *mut C_tensor;
    fn invoke_winograd_runs() -> bool;
    fn invoke_winograd(x: *const C_tensor, weight: *const C_tensor, bias: *const C_tensor) -> *mut C_tensor;
}

/// What libtorch said when a call of the shim failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShimError {
    /// A C++ exception, by its message.
    #[error("libtorch: {0}")]
    Torch(String),
    /// Normal numbers are drawn in floating point only.
    #[error("random numbers cannot be drawn as {0:?}")]
    Kind(Kind),
    /// The bytes do not hold a tensor of this shape and type, or do not lie where the processor can read one.
    #[error(
        "a tensor {shape:?} of {kind:?} cannot lie over {bytes} bytes at an address that is {misalignment} past alignment"
    )]
    Bytes {
        /// The wanted shape.
        shape: Vec<i64>,
        /// The wanted element type.
        kind: Kind,
        /// How many bytes there are.
        bytes: usize,
        /// How far their address is from the last multiple of the element size.
        misalignment: usize,
    },
}

impl ShimError {
    fn last() -> Self {
        // SAFETY: the pointer is to the thread's own string, valid until the next failing call on this thread.
        let message = unsafe { CStr::from_ptr(invoke_last_error()) };
        Self::Torch(message.to_string_lossy().into_owned())
    }
}

/// A random generator on the CPU with its own state: the same seed gives the same numbers as
/// `torch.Generator("cpu").manual_seed(seed)`, bit for bit, whatever other threads draw meanwhile.
#[derive(Debug)]
pub struct CpuGenerator {
    raw: NonNull<RawGenerator>,
}

// SAFETY: the generator is a reference-counted C++ object without ties to a thread; `&mut self` keeps draws exclusive.
unsafe impl Send for CpuGenerator {}

impl CpuGenerator {
    /// A generator whose first draw follows from `seed`.
    pub fn new(seed: u64) -> Result<Self, ShimError> {
        // SAFETY: takes no pointer; null means that it failed.
        let raw = unsafe { invoke_generator_new(seed) };
        NonNull::new(raw).map(|raw| Self { raw }).ok_or_else(ShimError::last)
    }

    /// A tensor on the CPU drawn from the standard normal distribution.
    pub fn randn(&mut self, shape: &[i64], kind: Kind) -> Result<Tensor, ShimError> {
        if !matches!(kind, Kind::Half | Kind::BFloat16 | Kind::Float | Kind::Double) {
            return Err(ShimError::Kind(kind));
        }
        // SAFETY: the generator lives as long as `self`; shape and length describe one slice, read only during the call.
        let raw = unsafe { invoke_generator_randn(self.raw.as_ptr(), shape.as_ptr(), shape.len(), scalar_type(kind)) };
        if raw.is_null() {
            return Err(ShimError::last());
        }
        // SAFETY: a tensor just made for us on the C++ heap, the way tch makes its own; tch frees it.
        Ok(unsafe { Tensor::from_ptr(raw) })
    }
}

impl CpuGenerator {
    /// A float32 tensor on the CPU drawn evenly from 0 to 1, without 1.
    pub fn rand(&mut self, shape: &[i64]) -> Result<Tensor, ShimError> {
        // SAFETY: as in `randn`.
        let raw = unsafe { invoke_generator_rand(self.raw.as_ptr(), shape.as_ptr(), shape.len()) };
        if raw.is_null() {
            return Err(ShimError::last());
        }
        // SAFETY: as in `randn`.
        Ok(unsafe { Tensor::from_ptr(raw) })
    }
}

impl Drop for CpuGenerator {
    fn drop(&mut self) {
        // SAFETY: made by `invoke_generator_new`, deleted once.
        unsafe { invoke_generator_delete(self.raw.as_ptr()) }
    }
}

/// A tensor on the CPU over bytes that it keeps alive: nothing is copied, and `owner` is dropped with the last tensor
/// that shares the memory.
///
/// The tensor must only be read: writing to it in place would write to memory that Rust was told does not change, and
/// stops the process where it is a read-only map.
pub fn tensor_over<O>(owner: O, shape: &[i64], kind: Kind) -> Result<Tensor, ShimError>
where
    O: AsRef<[u8]> + Send + Sync + 'static,
{
    extern "C" fn release<O>(owner: *mut c_void) {
        // SAFETY: the pointer made by `Box::into_raw` below; the shim calls this once.
        drop(unsafe { Box::from_raw(owner.cast::<O>()) });
    }

    let owner = Box::new(owner);
    let bytes = (*owner).as_ref();
    let (data, len, size) = (bytes.as_ptr(), bytes.len(), kind.elt_size_in_bytes());
    let expected = shape.iter().try_fold(size, |bytes, dim| bytes.checked_mul(usize::try_from(*dim).ok()?));
    let misalignment = data.addr() % size;
    if expected != Some(len) || misalignment != 0 {
        return Err(ShimError::Bytes { shape: shape.to_vec(), kind, bytes: len, misalignment });
    }
    // SAFETY: the bytes belong to the boxed owner, which does not move and lives until `release`; shape and type were
    // checked to fit them.
    let raw = unsafe {
        let owner = Box::into_raw(owner).cast();
        invoke_tensor_over(data.cast_mut().cast(), shape.as_ptr(), shape.len(), scalar_type(kind), owner, release::<O>)
    };
    if raw.is_null() {
        return Err(ShimError::last());
    }
    // SAFETY: as for `randn`.
    Ok(unsafe { Tensor::from_ptr(raw) })
}

/// The number libtorch knows the element type by (`c10/core/ScalarType.h`); tch keeps its own table private.
fn scalar_type(kind: Kind) -> i8 {
    match kind {
        Kind::Uint8 => 0,
        Kind::Int8 => 1,
        Kind::Int16 => 2,
        Kind::Int => 3,
        Kind::Int64 => 4,
        Kind::Half => 5,
        Kind::Float => 6,
        Kind::Double => 7,
        Kind::ComplexHalf => 8,
        Kind::ComplexFloat => 9,
        Kind::ComplexDouble => 10,
        Kind::Bool => 11,
        Kind::QInt8 => 12,
        Kind::QUInt8 => 13,
        Kind::QInt32 => 14,
        Kind::BFloat16 => 15,
        Kind::Float8e5m2 => 23,
        Kind::Float8e4m3fn => 24,
        Kind::Float8e5m2fnuz => 25,
        Kind::Float8e4m3fnuz => 26,
    }
}

/// Memory of an accelerator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceMemory {
    /// Bytes nobody uses now.
    pub free: u64,
    /// Bytes it has.
    pub total: u64,
}

/// The memory of this accelerator, by its number. Not for the processor.
pub fn device_memory(index: usize) -> Result<DeviceMemory, ShimError> {
    let mut memory = DeviceMemory { free: 0, total: 0 };
    let index = i8::try_from(index).map_err(|_| ShimError::Torch(format!("there is no device {index}")))?;
    // SAFETY: both pointers are to fields of a value that outlives the call.
    let done = unsafe { invoke_device_memory(index, &raw mut memory.free, &raw mut memory.total) };
    if done { Ok(memory) } else { Err(ShimError::last()) }
}

/// Gives memory that libtorch keeps for later tensors back to the accelerator. Not for the processor.
pub fn empty_device_cache() -> Result<(), ShimError> {
    // SAFETY: takes no pointer.
    let done = unsafe { invoke_empty_device_cache() };
    if done { Ok(()) } else { Err(ShimError::last()) }
}

/// From now on this process keeps memory that is free again for its next tensors of up to `largest` bytes, where the C library
/// is glibc. To be called before the first thread is started.
pub fn keep_freed_memory(largest: i32) {
    // SAFETY: takes no pointer.
    unsafe { invoke_keep_freed_memory(largest) }
}

/// Gives memory that is free to the system, where the C library is glibc.
pub fn return_freed_memory() {
    // SAFETY: takes no pointer.
    unsafe { invoke_return_freed_memory() }
}

/// `x (.., inputs)` times `weight (outputs, inputs)`, transposed, plus `bias (outputs)`, to `(.., outputs)`: by oneDNN, in single
/// precision on the processor.
///
/// # Errors
/// For any other tensors, and when there is no memory.
pub fn linear(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor, ShimError> {
    let bias = bias.map_or(std::ptr::null(), Tensor::as_ptr);
    // SAFETY: the tensors live during the call, which reads them; a missing bias may be null.
    let raw = unsafe { invoke_linear(x.as_ptr(), weight.as_ptr(), bias) };
    if raw.is_null() {
        return Err(ShimError::last());
    }
    // SAFETY: as for `randn`.
    Ok(unsafe { Tensor::from_ptr(raw) })
}

/// Channels that [`winograd`] works on at once: it takes multiples of them.
pub const WINOGRAD_LANES: i64 = 8;

/// Whether this processor can do [`winograd`].
pub fn winograd_runs() -> bool {
    // SAFETY: takes no pointer.
    unsafe { invoke_winograd_runs() }
}

/// A convolution of `x (b, c, h, w)` with `weight (o, c, 3, 3)` and `bias (o)`, stride 1 and one row of zeros around, to
/// `(b, o, h, w)` with channels last, in a quarter of the multiplications (Winograd's F(4x4, 3x3)). In single precision on the
/// processor; `c` and `o` are multiples of [`WINOGRAD_LANES`].
///
/// # Errors
/// For any other tensors, on a processor without AVX2, and when there is no memory.
pub fn winograd(x: &Tensor, weight: &Tensor, bias: Option<&Tensor>) -> Result<Tensor, ShimError> {
    let bias = bias.map_or(std::ptr::null(), Tensor::as_ptr);
    // SAFETY: the tensors live during the call, which reads them; a missing bias may be null.
    let raw = unsafe { invoke_winograd(x.as_ptr(), weight.as_ptr(), bias) };
    if raw.is_null() {
        return Err(ShimError::last());
    }
    // SAFETY: as for `randn`.
    Ok(unsafe { Tensor::from_ptr(raw) })
}

/// While it lives, this thread records nothing for gradients and counts no tensor versions.
///
/// Tensors made meanwhile may be read anywhere, but outside the guard they cannot be written in place.
#[derive(Debug)]
pub struct InferenceMode {
    raw: NonNull<RawInferenceMode>,
    /// The mode belongs to the thread that entered it.
    _not_send: PhantomData<*const ()>,
}

impl InferenceMode {
    /// Enters inference mode on the calling thread until the guard is dropped.
    pub fn enter() -> Result<Self, ShimError> {
        // SAFETY: takes no pointer; null means that it failed.
        let raw = unsafe { invoke_inference_mode_enter() };
        NonNull::new(raw).map(|raw| Self { raw, _not_send: PhantomData }).ok_or_else(ShimError::last)
    }
}

impl Drop for InferenceMode {
    fn drop(&mut self) {
        // SAFETY: made by `invoke_inference_mode_enter` on this thread (the guard is not `Send`), deleted once.
        unsafe { invoke_inference_mode_leave(self.raw.as_ptr()) }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_torch() {
        // torch 2.11: torch.randn(4, generator=torch.Generator("cpu").manual_seed(42))
        let drawn = CpuGenerator::new(42).unwrap().randn(&[4], Kind::Float).unwrap();
        let expected = [0.336_690_37_f32, 0.128_809_4, 0.234_462_37, 0.230_333_03];
        assert_eq!(Vec::<f32>::try_from(drawn).unwrap(), expected);
    }

    #[test]
    fn two_generators_do_not_disturb_each_other() {
        let mut first = CpuGenerator::new(7).unwrap();
        let mut second = CpuGenerator::new(7).unwrap();
        let alone = first.randn(&[2, 16], Kind::Float).unwrap();
        tch::manual_seed(1);
        let _other = CpuGenerator::new(8).unwrap().randn(&[5], Kind::Float).unwrap();
        assert_eq!(alone, second.randn(&[2, 16], Kind::Float).unwrap());
    }

    #[test]
    fn failures_come_back_as_errors() {
        let mut generator = CpuGenerator::new(0).unwrap();
        assert_eq!(generator.randn(&[1], Kind::Int64).unwrap_err(), ShimError::Kind(Kind::Int64));
        let negative = generator.randn(&[-1], Kind::Float).unwrap_err();
        assert!(negative.to_string().contains("negative"), "{negative}");
    }

    #[test]
    fn a_tensor_keeps_its_bytes_alive_and_lets_them_go() {
        /// Words, so that the bytes lie where numbers may.
        struct Watched(Arc<Vec<u32>>);
        impl AsRef<[u8]> for Watched {
            fn as_ref(&self) -> &[u8] {
                // SAFETY: the memory of the words, as bytes.
                unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * 4) }
            }
        }

        let numbers = Arc::new([1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::to_bits).to_vec());
        let tensor = tensor_over(Watched(numbers.clone()), &[2, 3], Kind::Float).unwrap();
        let row = tensor.get(1);
        drop(tensor);
        assert_eq!(Vec::<f32>::try_from(&row).unwrap(), [4.0, 5.0, 6.0]);
        assert_eq!(Arc::strong_count(&numbers), 2);
        drop(row);
        assert_eq!(Arc::strong_count(&numbers), 1);

        let error = tensor_over(Watched(numbers.clone()), &[7], Kind::Float).unwrap_err();
        assert!(error.to_string().contains("a tensor [7] of Float cannot lie over 24 bytes"), "{error}");
        assert_eq!(Arc::strong_count(&numbers), 1);
    }

    #[test]
    fn the_fast_linear_layer_gives_what_the_plain_one_gives() {
        let mut generator = CpuGenerator::new(2).unwrap();
        let mut draw = |shape: &[i64]| generator.randn(shape, Kind::Float).unwrap();
        // No rows, one, some; several dimensions; rows that do not lie one after the other.
        let shapes: [&[i64]; 5] = [&[0, 40], &[40], &[1, 40], &[77, 40], &[2, 3, 5, 40]];
        for (shape, outputs) in shapes.into_iter().flat_map(|shape| [(shape, 1), (shape, 24), (shape, 130)]) {
            let (x, weight, bias) = (draw(shape), draw(&[outputs, 40]), draw(&[outputs]));
            let apart =
                if shape.len() > 1 { x.transpose(0, -2).contiguous().transpose(0, -2) } else { x.shallow_clone() };
            for (x, bias) in [(&x, None), (&x, Some(&bias)), (&apart, Some(&bias))] {
                let got = linear(x, &weight, bias).unwrap();
                let plain = x
                    .to_kind(Kind::Double)
                    .linear(&weight.to_kind(Kind::Double), bias.map(|b| b.to_kind(Kind::Double)));
                assert_eq!(got.size(), plain.size());
                assert!(got.to_kind(Kind::Double).allclose(&plain, 1e-5, 1e-4, false), "{shape:?} to {outputs}");
            }
        }
    }

    #[test]
    fn the_fast_linear_layer_refuses_what_it_does_not_do() {
        let zeros = |shape: &[i64], kind| Tensor::zeros(shape, (kind, tch::Device::Cpu));
        let weight = zeros(&[4, 8], Kind::Float);
        for x in [zeros(&[2, 7], Kind::Float), zeros(&[], Kind::Float), zeros(&[2, 8], Kind::Half)] {
            assert!(linear(&x, &weight, None).is_err());
        }
        let x = zeros(&[2, 8], Kind::Float);
        assert!(linear(&x, &zeros(&[4, 8, 1], Kind::Float), None).is_err());
        assert!(linear(&x, &weight, Some(&zeros(&[5], Kind::Float))).is_err());
    }

    #[test]
    fn the_fast_convolution_gives_what_the_plain_one_gives() {
        if !winograd_runs() {
            return;
        }
        let mut generator = CpuGenerator::new(1).unwrap();
        let mut draw = |shape: &[i64]| generator.randn(shape, Kind::Float).unwrap();
        // Sizes that fill tiles and such that do not, fewer and more tiles and outputs than are worked on at once.
        for (batch, inputs, outputs, height, width) in
            [(1, 8, 8, 4, 4), (2, 16, 24, 5, 7), (1, 64, 136, 1, 3), (2, 40, 320, 33, 30), (1, 128, 8, 160, 156)]
        {
            let (x, weight) = (draw(&[batch, inputs, height, width]), draw(&[outputs, inputs, 3, 3]));
            let bias = draw(&[outputs]);
            for bias in [None, Some(&bias)] {
                let got = winograd(&x, &weight, bias).unwrap();
                let double = |tensor: &Tensor| tensor.to_kind(Kind::Double);
                let exact = double(&x).conv2d(&double(&weight), bias.map(double), [1, 1], [1, 1], [1, 1], 1);
                let difference = (double(&got) - &exact).abs().max().double_value(&[]);
                let largest = exact.abs().max().double_value(&[]);
                assert!(difference <= 1e-5 * largest, "{height}x{width}: {difference} of {largest}");
            }
        }
    }

    #[test]
    fn the_fast_convolution_refuses_what_it_does_not_do() {
        let zeros = |shape: &[i64], kind| Tensor::zeros(shape, (kind, tch::Device::Cpu));
        let x = zeros(&[1, 8, 4, 4], Kind::Float);
        for weight in [
            zeros(&[8, 8, 1, 1], Kind::Float),
            zeros(&[8, 16, 3, 3], Kind::Float),
            zeros(&[4, 8, 3, 3], Kind::Float),
            zeros(&[8, 8, 3, 3], Kind::Half),
        ] {
            assert!(winograd(&x, &weight, None).is_err());
        }
        let weight = zeros(&[8, 8, 3, 3], Kind::Float);
        assert!(winograd(&x, &weight, Some(&zeros(&[9], Kind::Float))).is_err());
    }

    #[test]
    fn the_memory_of_a_device_that_is_not_there_is_an_error() {
        assert!(device_memory(99).is_err());
        assert!(tch::Cuda::is_available() || empty_device_cache().is_err());
    }

    #[test]
    fn inference_mode_ends_with_its_guard() {
        let guard = InferenceMode::enter().unwrap();
        let inside = Tensor::ones([2], (Kind::Float, tch::Device::Cpu));
        assert!(inside.is_inference());
        drop(guard);
        assert!(!Tensor::ones([2], (Kind::Float, tch::Device::Cpu)).is_inference());
    }
}
