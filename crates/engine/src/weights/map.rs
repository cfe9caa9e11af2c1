//! Tensors by name out of one or several safetensors files.

use std::collections::HashMap;
use std::ops::Div;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use invoke_engine_sys::tensor_over;
use invoke_tensor_files::{Dtype, SafeTensors, TensorView};
use tch::{Kind, Tensor};

use super::{Parameter, Weight, find};
use crate::device::Device;
use crate::models::checkpoint;
use crate::patches::Patches;
use crate::{EngineError, Result};

/// Weights, or a part of them: `&weights / "down_blocks" / 0` is what lies below `down_blocks.0`.
#[derive(Debug, Clone)]
pub struct Weights {
    files: Arc<Files>,
    prefix: String,
    patches: Arc<Patches>,
    /// Bytes others had been handed out before these weights were patched.
    before: u64,
    /// How much of a full name leads to what was patched: a checkpoint holds several models.
    root: usize,
    seamless: SeamlessAxes,
}

/// Over which edges of a picture the convolutions of a model built from weights continue, so that opposite edges meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SeamlessAxes {
    /// Left and right.
    pub x: bool,
    /// Top and bottom.
    pub y: bool,
}

#[derive(Debug)]
struct Files {
    source: PathBuf,
    files: Vec<Arc<SafeTensors>>,
    file_of: HashMap<String, usize>,
    device: Device,
    kind: Kind,
    loaded: AtomicU64,
    /// What was handed out already, to be shared by a model and the same model with patches.
    handed: Mutex<HashMap<String, Parameter>>,
}

/// The bytes of one tensor, which keep the map they lie in open.
struct Mapped {
    file: Arc<SafeTensors>,
    tensor: String,
}

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        self.file.tensor(&self.tensor).map_or(&[], |view| view.bytes)
    }
}

impl Weights {
    /// Opens a file of tensors, under diffusers' names where it is a checkpoint in the original layout, or the weights in a
    /// model's folder: one file or several with an index, in full or half precision. Floating-point tensors are handed out as `kind` on `device`.
    /// A part of a main model that is one file is opened like a folder in it: `model.safetensors/unet`.
    pub fn open(path: &Path, device: Device, kind: Kind) -> Result<Self> {
        match checkpoint::in_checkpoint(path) {
            Some((file, part)) => Ok(Self::all(file, device, kind)? / part),
            None => Self::all(path, device, kind),
        }
    }

    fn all(path: &Path, device: Device, kind: Kind) -> Result<Self> {
        let paths = if path.is_file() { vec![path.to_owned()] } else { find::weight_files(path)? };
        let files = paths.iter().map(SafeTensors::open_model).collect::<std::result::Result<Vec<_>, _>>()?;
        let mut file_of = HashMap::new();
        for (index, file) in files.iter().enumerate() {
            for name in file.names() {
                if let Some(other) = file_of.insert(name.to_owned(), index) {
                    let first: &SafeTensors = &files[other];
                    let reason = format!("tensor `{name}` is in `{}` as well", first.path().display());
                    return Err(EngineError::Config { file: file.path().to_owned(), reason });
                }
            }
        }
        let files = files.into_iter().map(Arc::new).collect();
        let (loaded, handed) = (AtomicU64::new(0), Mutex::default());
        let files = Files { source: path.to_owned(), files, file_of, device, kind, loaded, handed };
        Ok(Self {
            files: Arc::new(files),
            prefix: String::new(),
            patches: Arc::default(),
            before: 0,
            root: 0,
            seamless: SeamlessAxes::default(),
        })
    }

    /// The same weights with what these patches add. Tensors that were handed out before and are not patched are shared.
    #[must_use]
    pub fn patched(&self, patches: Patches) -> Self {
        let before = self.files.loaded.load(Ordering::Relaxed);
        let root = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        Self { patches: Arc::new(patches), before, root, ..self.clone() }
    }

    /// The names of all tensors of this part, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.files.file_of.keys().filter_map(|name| match self.prefix.is_empty() {
            true => Some(name.as_str()),
            false => name.strip_prefix(&self.prefix)?.strip_prefix('.'),
        })
    }

    /// The full names of all tensors, in the order of the files.
    pub fn in_order(&self) -> impl Iterator<Item = &str> {
        self.files.files.iter().flat_map(|file| file.outline().map(|(name, ..)| name))
    }

    /// The shape of the tensor `name` of this part; none if there is none.
    pub fn shape(&self, name: &str) -> Option<Vec<i64>> {
        let full = self.full_name(name);
        let file = &self.files.files[*self.files.file_of.get(&full)?];
        Some(lengths(file.tensor(&full).ok()?))
    }

    /// Free text that the writer of the first file with such an entry left in its header.
    pub fn metadata(&self, name: &str) -> Option<&str> {
        self.files.files.iter().find_map(|file| file.metadata().get(name)).map(String::as_str)
    }

    /// The same, for a model whose convolutions continue over these edges.
    #[must_use]
    pub fn seamless(self, axes: SeamlessAxes) -> Self {
        Self { seamless: axes, ..self }
    }

    /// Over which edges convolutions continue.
    pub(crate) fn seamless_axes(&self) -> SeamlessAxes {
        self.seamless
    }

    /// Where tensors are put.
    pub fn device(&self) -> Device {
        self.files.device
    }

    /// The precision floating-point tensors are handed out in.
    pub fn kind(&self) -> Kind {
        self.files.kind
    }

    /// The names that lead to this part; empty for all of it.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether this part has a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.files.file_of.contains_key(&self.full_name(name))
    }

    /// The tensor `name` of this part, which must have this shape, kept where the model computes.
    pub fn tensor(&self, name: &str, shape: &[i64]) -> Result<Weight> {
        self.parameter(name, shape)?.resident().cloned()
    }

    /// As [`tensor`](Self::tensor), for one so large that where it lies is decided later: see [`settle`](Self::settle).
    pub fn parameter(&self, name: &str, shape: &[i64]) -> Result<Parameter> {
        let tensor = self.full_name(name);
        let weights = || self.files.source.clone();
        let Some(file) = self.files.file_of.get(&tensor).map(|index| &self.files.files[*index]) else {
            return Err(EngineError::MissingTensor { weights: weights(), tensor, expected: shape.to_vec() });
        };
        let view = file.tensor(&tensor)?;
        let got = lengths(view);
        if got != shape {
            return Err(EngineError::WrongShape { weights: weights(), tensor, expected: shape.to_vec(), got });
        }
        let original = self.handed(file, &tensor, view)?;
        let within = tensor.get(self.root..).unwrap_or_default();
        if !self.patches.touch(within) {
            return Ok(original);
        }
        let Some(patched) = self.patches.apply(within, &*original.ready()?)? else { return Ok(original) };
        let patched = Parameter::new(patched, self.files.device, self.files.kind);
        self.count(&patched);
        Ok(patched)
    }

    /// Puts what was handed out where it is used, as much as `room` bytes hold; of the rest, each is put there for every use
    /// and does not stay. Says how many bytes stay. What lies in a map of its file as it is used is counted and always stays.
    ///
    /// # Errors
    /// When there is less memory than that.
    pub fn settle(&self, room: u64) -> Result<u64> {
        let handed = self.files.handed.lock().unwrap_or_else(PoisonError::into_inner);
        let (resident, mut others): (Vec<_>, Vec<_>) = handed.iter().partition(|(_, one)| one.is_resident());
        let mut held: u64 = resident.iter().map(|(_, one)| one.bytes()).sum();
        others.sort_by_key(|(name, _)| *name);
        for (_, parameter) in others {
            if held + parameter.bytes() <= room {
                parameter.resident()?;
                held += parameter.bytes();
            } else {
                parameter.lend();
            }
        }
        Ok(held)
    }

    /// The tensor `name` of this part, whatever its shape.
    pub fn any(&self, name: &str) -> Result<Weight> {
        self.tensor(name, &self.shape(name).unwrap_or_default())
    }

    /// The tensor as the model has it, made once.
    fn handed(&self, file: &Arc<SafeTensors>, name: &str, view: TensorView<'_>) -> Result<Parameter> {
        let mut handed = self.files.handed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parameter) = handed.get(name) {
            return Ok(parameter.clone());
        }
        let stored = self.stored(file, name, view, &lengths(view))?;
        let parameter = Parameter::new(stored, self.files.device, self.files.kind);
        self.count(&parameter);
        handed.insert(name.to_owned(), parameter.clone());
        Ok(parameter)
    }

    fn count(&self, parameter: &Parameter) {
        self.files.loaded.fetch_add(parameter.bytes(), Ordering::Relaxed);
    }

    /// Bytes of all tensors handed out so far: the size of a model that was just built from these weights. Of patched weights
    /// only what is not shared counts.
    pub fn loaded_bytes(&self) -> u64 {
        self.files.loaded.load(Ordering::Relaxed).saturating_sub(self.before)
    }

    fn stored(&self, file: &Arc<SafeTensors>, name: &str, view: TensorView<'_>, shape: &[i64]) -> Result<Tensor> {
        let kind = self.stored_kind(name, view.dtype)?;
        // Files are written with aligned tensors, but nothing obliges them.
        if !view.bytes.as_ptr().addr().is_multiple_of(view.dtype.size()) {
            return Ok(Tensor::f_from_data_size(view.bytes, shape, kind)?);
        }
        let bytes = Mapped { file: file.clone(), tensor: name.to_owned() };
        Ok(tensor_over(bytes, shape, kind)?)
    }

    fn stored_kind(&self, name: &str, dtype: Dtype) -> Result<Kind> {
        Ok(match dtype {
            Dtype::Bool => Kind::Bool,
            Dtype::U8 => Kind::Uint8,
            Dtype::I8 => Kind::Int8,
            Dtype::I16 => Kind::Int16,
            Dtype::I32 => Kind::Int,
            Dtype::I64 => Kind::Int64,
            Dtype::F8E4M3 => Kind::Float8e4m3fn,
            Dtype::F8E5M2 => Kind::Float8e5m2,
            Dtype::F16 => Kind::Half,
            Dtype::Bf16 => Kind::BFloat16,
            Dtype::F32 => Kind::Float,
            Dtype::F64 => Kind::Double,
            Dtype::U16 | Dtype::U32 | Dtype::U64 => {
                let reason = format!("tensor `{name}` is of type {dtype}, which the engine does not compute with");
                return Err(EngineError::Config { file: self.files.source.clone(), reason });
            }
        })
    }

    fn full_name(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}.{name}", self.prefix) }
    }

    fn part(&self, name: &str) -> Self {
        Self { prefix: self.full_name(name), ..self.clone() }
    }
}

/// The lengths a header gives; they multiply to at most the size of a file, so each fits.
fn lengths(view: TensorView<'_>) -> Vec<i64> {
    view.shape.iter().map(|length| *length as i64).collect()
}

impl Div<&str> for &Weights {
    type Output = Weights;

    fn div(self, name: &str) -> Weights {
        self.part(name)
    }
}

impl Div<usize> for &Weights {
    type Output = Weights;

    fn div(self, index: usize) -> Weights {
        self.part(&index.to_string())
    }
}

impl Div<&str> for Weights {
    type Output = Weights;

    fn div(self, name: &str) -> Weights {
        &self / name
    }
}

impl Div<usize> for Weights {
    type Output = Weights;

    fn div(self, index: usize) -> Weights {
        &self / index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(shape: &[i64]) -> Tensor {
        Tensor::arange(shape.iter().product::<i64>(), (Kind::Float, tch::Device::Cpu)).reshape(shape)
    }

    fn folder_with(files: &[(&str, &[(&str, Tensor)])]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, tensors) in files {
            Tensor::write_safetensors(tensors, folder.path().join(name)).unwrap();
        }
        folder
    }

    fn open(path: &Path) -> Result<Weights> {
        Weights::open(path, Device::Cpu, Kind::Float)
    }

    #[test]
    fn tensors_are_reached_by_walking_the_names() {
        let folder = folder_with(&[("model.safetensors", &[("blocks.0.proj.weight", ramp(&[2, 3]))])]);
        let weights = open(folder.path()).unwrap();
        let part = &weights / "blocks" / 0 / "proj";
        assert!(part.contains("weight") && !part.contains("bias"));
        assert_eq!(*part.tensor("weight", &[2, 3]).unwrap(), ramp(&[2, 3]));
        assert_eq!(weights.loaded_bytes(), 24);
    }

    #[test]
    fn a_weight_outlives_the_weights_it_came_from() {
        let folder = folder_with(&[("model.safetensors", &[("w", ramp(&[4]))])]);
        let weight = open(folder.path()).unwrap().tensor("w", &[4]).unwrap();
        drop(folder);
        assert_eq!(*weight, ramp(&[4]));
    }

    #[test]
    fn what_there_is_no_room_for_is_made_for_each_use_with_the_same_numbers() {
        let halves = |shape: &[i64]| ramp(shape).to_kind(Kind::Half);
        let folder =
            folder_with(&[("model.safetensors", &[("a", halves(&[4])), ("b", halves(&[8])), ("c", halves(&[2]))])]);
        let weights = open(folder.path()).unwrap();
        let [a, b, c] =
            [("a", 4), ("b", 8), ("c", 2)].map(|(name, length)| weights.parameter(name, &[length]).unwrap());
        assert_eq!(weights.loaded_bytes(), 56);
        assert_eq!(weights.settle(30).unwrap(), 24, "`a` and `c` fit, `b` does not");
        assert_eq!([&a, &b, &c].map(Parameter::is_resident), [true, false, true]);
        assert_eq!((&*b.ready().unwrap(), b.is_resident()), (&ramp(&[8]), false));
        assert_eq!(weights.settle(u64::MAX).unwrap(), 56);
        assert!(b.is_resident());
    }

    #[test]
    fn half_precision_files_are_found_and_converted() {
        let half = ramp(&[3]).to_kind(Kind::Half);
        let folder = folder_with(&[("diffusion_pytorch_model.fp16.safetensors", &[("w", half)])]);
        let weight = open(folder.path()).unwrap().tensor("w", &[3]).unwrap();
        assert_eq!((weight.kind(), &*weight), (Kind::Float, &ramp(&[3])));
    }

    #[test]
    fn sharded_weights_are_one_set() {
        let folder = folder_with(&[
            ("model-00001-of-00002.safetensors", &[("a", ramp(&[1]))]),
            ("model-00002-of-00002.safetensors", &[("b", ramp(&[2]))]),
        ]);
        let index =
            r#"{"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}"#;
        std::fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
        let weights = open(folder.path()).unwrap();
        assert_eq!(*weights.tensor("a", &[1]).unwrap(), ramp(&[1]));
        assert_eq!(*weights.tensor("b", &[2]).unwrap(), ramp(&[2]));
    }

    #[test]
    fn an_index_cannot_reach_outside_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let index = r#"{"weight_map": {"a": "../elsewhere.safetensors"}}"#;
        std::fs::write(folder.path().join("model.safetensors.index.json"), index).unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("names a file outside the folder: ../elsewhere.safetensors"), "{error}");
    }

    #[test]
    fn a_missing_tensor_is_named_with_the_shape_it_should_have() {
        let folder = folder_with(&[("model.safetensors", &[("w", ramp(&[4]))])]);
        let error = (open(folder.path()).unwrap() / "mid_block").tensor("weight", &[4, 2]).unwrap_err().to_string();
        assert!(error.ends_with("has no tensor `mid_block.weight`, expected shape [4, 2]"), "{error}");
    }

    #[test]
    fn a_tensor_of_another_shape_is_named_with_both_shapes() {
        let folder = folder_with(&[("model.safetensors", &[("w", ramp(&[4]))])]);
        let error = open(folder.path()).unwrap().tensor("w", &[2, 2]).unwrap_err().to_string();
        assert!(error.starts_with("tensor `w` of `"), "{error}");
        assert!(error.ends_with("has the wrong shape: expected [2, 2], got [4]"), "{error}");
    }

    #[test]
    fn a_damaged_file_is_named() {
        let folder = folder_with(&[("model.safetensors", &[("w", ramp(&[4]))])]);
        let file = folder.path().join("model.safetensors");
        let bytes = std::fs::read(&file).unwrap();
        std::fs::write(&file, &bytes[..bytes.len() - 1]).unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("model.safetensors` is damaged at tensor `w`"), "{error}");
    }

    #[test]
    fn a_folder_without_weights_says_what_was_expected() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("expected `diffusion_pytorch_model.safetensors` or `model.safetensors`"), "{error}");
        let error = open(&folder.path().join("unet")).unwrap_err().to_string();
        assert!(error.ends_with("there is no such folder"), "{error}");
    }

    #[test]
    fn misaligned_tensors_are_copied() {
        let header = r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.push(7);
        bytes.extend_from_slice(&2.5f32.to_le_bytes());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("odd.safetensors");
        std::fs::write(&file, bytes).unwrap();
        let weights = open(&file).unwrap();
        assert_eq!(f64::try_from(&*weights.tensor("b", &[1]).unwrap()).unwrap(), 2.5);
        assert_eq!(weights.tensor("a", &[1]).unwrap().kind(), Kind::Uint8);
    }
}
