//! What the comparisons with the reference share: the tiny model, its expected outputs, and what "equal" means.

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

/// The numbers of a seed, as the script that made the expectations draws them.
pub(crate) fn draw(seed: u64, shape: &[i64]) -> Tensor {
    Generator::new(seed).unwrap().randn(shape, Kind::Float).unwrap()
}

/// Equal means: no number is further off than `tolerance` times the largest expected one.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: &Tensor, expected: &Tensor, tolerance: f64) {
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
