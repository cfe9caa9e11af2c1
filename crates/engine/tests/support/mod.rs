//! What the comparisons with the reference share: the tiny model, its expected outputs, and what "equal" means.
//!
//! They run on the processor in float32. With `INVOKE_TEST_DEVICE` (`cuda`, …) and `INVOKE_TEST_PRECISION` (`float16`, `bfloat16`)
//! in the environment the same comparisons, with the same expectations, run elsewhere and otherwise.

#![expect(dead_code, reason = "each test binary uses its part")]

use std::path::PathBuf;

use invoke_engine::device::Device;
use invoke_engine::random::Generator;
use invoke_engine::weights::Weights;
use invoke_engine::{Kind, Tensor};
use invoke_tensor_files::SafeTensors;

/// One call of a model, or one step of a scheduler.
pub(crate) const ONE_CALL: f64 = 1e-4;
/// A whole denoise.
pub(crate) const WHOLE_RUN: f64 = 1e-3;
/// Results must not depend on how many threads compute them.
pub(crate) const THREADS: [i32; 2] = [1, 2];

pub(crate) fn fixtures(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures").join(path)
}

/// A folder of the tiny model.
pub(crate) fn tiny(part: &str) -> PathBuf {
    fixtures("models/tiny-sd15").join(part)
}

/// Where models compute.
pub(crate) fn device() -> Device {
    Device::choose(&std::env::var("INVOKE_TEST_DEVICE").unwrap_or("cpu".to_owned())).unwrap()
}

/// The precision they compute in.
pub(crate) fn kind() -> Kind {
    let precision = std::env::var("INVOKE_TEST_PRECISION").unwrap_or("float32".to_owned());
    match precision.as_str() {
        // Also on a processor, which would not choose it.
        "float16" => Kind::Half,
        name => device().kind(name.parse().unwrap()),
    }
}

/// How far off a single call may be in a precision, in parts of the largest number.
pub(crate) fn tolerance(kind: Kind) -> f64 {
    match kind {
        Kind::Half => 5e-3,
        // Eight bits instead of eleven: eight times as much.
        Kind::BFloat16 => 4e-2,
        _ => ONE_CALL,
    }
}

/// Expected tensors of one file, by name.
pub(crate) struct Expected {
    file: SafeTensors,
    weights: Weights,
}

impl Expected {
    pub(crate) fn open(name: &str) -> Self {
        let path = fixtures("engine").join(name);
        let weights = Weights::open(&path, Device::Cpu, Kind::Float).unwrap();
        Self { file: SafeTensors::open(&path).unwrap(), weights }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Tensor> {
        let shape: Vec<i64> = self.file.tensor(name).ok()?.shape.iter().map(|dim| *dim as i64).collect();
        Some(self.weights.tensor(name, &shape).unwrap().shallow_clone())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        self.file.names().map(str::to_owned)
    }

    pub(crate) fn get(&self, name: &str) -> Tensor {
        self.find(name).unwrap_or_else(|| panic!("the fixture has no `{name}`"))
    }
}

/// The numbers of a seed where models compute and as they do, as the script that made the expectations draws them.
pub(crate) fn draw(seed: u64, shape: &[i64]) -> Tensor {
    Generator::new(seed).unwrap().randn(shape, Kind::Float).unwrap().to_device(device().into()).to_kind(kind())
}

/// Equal means: no number is further off than `tolerance` times the largest expected one, or what the precision allows.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: &Tensor, expected: &Tensor, tolerance: f64) {
    let tolerance = if kind() == Kind::Float { tolerance } else { tolerance.max(self::tolerance(kind())) };
    let got = got.to_device(tch::Device::Cpu);
    let expected = expected.to_device(tch::Device::Cpu);
    assert_eq!(got.size(), expected.size(), "{what}: shape");
    if expected.numel() == 0 {
        return;
    }
    let (got, expected) = (got.to_kind(Kind::Double), expected.to_kind(Kind::Double));
    let difference = (&got - &expected).abs().max().double_value(&[]);
    let limit = tolerance * expected.abs().max().double_value(&[]);
    assert!(difference <= limit, "{what}: differs by {difference:e}, allowed are {limit:e}");
}

/// As [`assert_close`], for numbers that are not tensors yet.
#[track_caller]
pub(crate) fn assert_numbers(what: &str, got: &[f32], expected: &Tensor, tolerance: f64) {
    assert_close(what, &Tensor::from_slice(got), expected, tolerance);
}
