//! What `torch.save` writes: since torch 1.6 a zip archive of a pickle and one file per storage, before that pickles in a
//! row with the storages behind them.
//!
//! Reference: torch, `torch/serialization.py`, `_save`, `_legacy_save` and their counterparts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::budget::Budget;
use crate::file::{Contents, Entry, Scalar, Strided};
use crate::names::Names;
use crate::pickle::{self, Pickle, Tensor, Value};
use crate::zip::Archive;
use crate::{Format, TensorFileError};

const ZIP: &[u8] = b"PK\x03\x04";
/// A pickle of the number 0x1950a86a20f9469cfc6c and one of 1001.
const LEGACY: &[u8] = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";
/// Dictionaries within dictionaries; more than any checkpoint has.
const MAX_DEPTH: usize = 8;
/// Texts in a pickle are kept as ranges of 32 bits.
const MAX_PICKLE: usize = u32::MAX as usize;

/// Whether a file that begins with `bytes` was written by `torch.save`.
pub(crate) fn is_torch(bytes: &[u8]) -> bool {
    bytes.starts_with(ZIP) || bytes.starts_with(LEGACY)
}

/// Reads the file that `bytes` are.
pub(crate) fn read(file: &Path, bytes: &[u8]) -> Result<Contents, TensorFileError> {
    let mut budget = Budget::new(file, bytes.len());
    if bytes.starts_with(ZIP) { archive(file, bytes, &mut budget) } else { legacy(file, bytes, &mut budget) }
}

fn archive(file: &Path, bytes: &[u8], budget: &mut Budget) -> Result<Contents, TensorFileError> {
    let fail = |reason: String| TensorFileError::header(file, Format::Torch, reason);
    let archive = Archive::read(file, bytes, budget)?;
    let mut roots =
        archive.names().filter_map(|name| name.strip_suffix("/data.pkl")).filter(|root| !root.contains('/'));
    let root = roots.next().ok_or_else(|| fail("the archive has no `data.pkl`".into()))?;
    if archive.get(&format!("{root}/constants.pkl")).is_some() {
        return Err(fail("it is a TorchScript program, not a file of tensors".into()));
    }
    if let Some(order) = archive.get(&format!("{root}/byteorder"))
        && &bytes[order.clone()] != b"little"
    {
        return Err(fail(format!("its byte order is `{}`, expected little", bytes[order].escape_ascii())));
    }
    let text = archive.get(&format!("{root}/data.pkl")).map_or(&[][..], |range| &bytes[range]);
    let pickle = run(file, text, budget)?;
    budget.take(pickle.storages.len() * size_of::<Range<usize>>())?;
    let mut places = Vec::with_capacity(pickle.storages.len());
    for storage in &pickle.storages {
        let key = text_of(text, storage.key);
        let size = storage.elements.checked_mul(storage.dtype.map_or(1, crate::Dtype::size));
        match archive.get(&format!("{root}/data/{key}")) {
            Some(place) if Some(place.len()) == size => places.push(place),
            Some(place) => {
                let expected = size.map_or_else(|| "more than memory can hold".to_owned(), |size| size.to_string());
                return Err(fail(format!(
                    "storage `{key}` should have {expected} bytes, the archive has {}",
                    place.len()
                )));
            }
            None => return Err(fail(format!("storage `{key}` is not in the archive"))),
        }
    }
    contents(file, bytes.len(), text, &pickle, &places, budget)
}

fn legacy(file: &Path, bytes: &[u8], budget: &mut Budget) -> Result<Contents, TensorFileError> {
    let fail = |reason: String| TensorFileError::header(file, Format::Torch, reason);
    let system_at = LEGACY.len();
    let system = run(file, &bytes[system_at..], budget)?;
    let little = entries(&system).any(|(key, value)| {
        matches!(key, Value::Text(start, end) if text_of(&bytes[system_at..], (start, end)) == "little_endian")
            && value == Value::Flag(true)
    });
    if !little {
        return Err(fail("its byte order is not little".into()));
    }
    let text = &bytes[system_at + system.length..];
    let pickle = run(file, text, budget)?;
    let keys_at = system_at + system.length + pickle.length;
    let keys = run(file, &bytes[keys_at..], budget)?;
    let names = match keys.root {
        Some(Value::List(list)) => keys.lists[list as usize].as_slice(),
        _ => return Err(fail("it does not list its storages".into())),
    };
    let mut sizes = BTreeMap::new();
    for storage in &pickle.storages {
        budget.take(64)?;
        let size = storage.elements.checked_mul(storage.dtype.map_or(1, crate::Dtype::size));
        sizes.insert(text_of(text, storage.key), (storage.elements, size));
    }
    let mut by_key = BTreeMap::new();
    let mut at = keys_at + keys.length;
    for name in names {
        let Value::Text(start, end) = name else { return Err(fail("it does not list its storages".into())) };
        let key = text_of(&bytes[keys_at..], (*start, *end));
        let Some((elements, Some(size))) = sizes.get(key) else {
            return Err(fail(format!("storage `{key}` belongs to no tensor")));
        };
        let count = bytes.get(at..).and_then(|rest| rest.first_chunk()).map(|count| i64::from_le_bytes(*count));
        let end = (at + 8).checked_add(*size).filter(|end| *end <= bytes.len());
        let (Some(count), Some(end)) = (count, end) else {
            return Err(fail(format!("storage `{key}` is longer than the rest of the file")));
        };
        if usize::try_from(count).ok() != Some(*elements) {
            return Err(fail(format!("storage `{key}` should have {elements} elements, the file announces {count}")));
        }
        budget.take(64)?;
        if by_key.insert(key, at + 8..end).is_some() {
            return Err(fail(format!("storage `{key}` is in it twice")));
        }
        at = end;
    }
    let place = |storage: &pickle::Storage| {
        let key = text_of(text, storage.key);
        let size = storage.elements.checked_mul(storage.dtype.map_or(1, crate::Dtype::size));
        let place = by_key.get(key).filter(|place| Some(place.len()) == size).cloned();
        place.ok_or_else(|| fail(format!("storage `{key}` is not in the file")))
    };
    let places = pickle.storages.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    contents(file, bytes.len(), text, &pickle, &places, budget)
}

fn run(file: &Path, bytes: &[u8], budget: &mut Budget) -> Result<Pickle, TensorFileError> {
    pickle::run(file, &bytes[..bytes.len().min(MAX_PICKLE)], budget)
}

/// A text of the pickle `bytes`; it was found to be UTF-8 when it was read.
fn text_of(bytes: &[u8], (start, end): (u32, u32)) -> &str {
    bytes.get(start as usize..end as usize).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
}

/// What the outermost dictionary holds, nothing when the pickle is of something else.
fn entries(pickle: &Pickle) -> impl Iterator<Item = (Value, Value)> {
    let dict = match pickle.root {
        Some(Value::Dict(dict)) => pickle.dicts[dict as usize].as_slice(),
        _ => &[],
    };
    dict.iter().copied()
}

/// Puts names and places together. `places` are those of the pickle's storages.
fn contents(
    file: &Path,
    length: usize,
    text: &[u8],
    pickle: &Pickle,
    places: &[Range<usize>],
    budget: &mut Budget,
) -> Result<Contents, TensorFileError> {
    let Some(Value::Dict(mut root)) = pickle.root else {
        return Err(TensorFileError::header(file, Format::Torch, "expected a dictionary of tensors"));
    };
    let wrapped = pickle.dicts[root as usize].iter().find_map(|(key, value)| match (key, value) {
        (Value::Text(start, end), Value::Dict(dict)) if text_of(text, (*start, *end)) == "state_dict" => Some(*dict),
        _ => None,
    });
    if let Some(wrapped) = wrapped {
        root = wrapped;
    }
    let mut reader = Reader { file, text, pickle, places, budget, entries: Vec::new(), scalars: Vec::new(), bytes: 0 };
    reader.dictionary(root, "", None, 0)?;
    let Reader { entries, scalars, bytes, .. } = reader;
    // The same bytes under many names would fill more memory than the file has.
    if bytes > 2 * length {
        return Err(TensorFileError::TooLarge { file: file.to_owned() });
    }
    check_shared(file, &entries)?;
    Ok(Contents { metadata: BTreeMap::new(), scalars, entries: Names::new(file, entries, budget)? })
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a [u8],
    pickle: &'a Pickle,
    places: &'a [Range<usize>],
    budget: &'a mut Budget,
    entries: Vec<(Box<str>, Entry)>,
    scalars: Vec<(Box<str>, Scalar)>,
    /// Of all tensors together.
    bytes: usize,
}

impl Reader<'_> {
    /// Everything in a dictionary whose name is `prefix`; `top` is how much of that is a key of the outermost one.
    fn dictionary(&mut self, dict: u32, prefix: &str, top: Option<usize>, depth: usize) -> Result<(), TensorFileError> {
        let pickle = self.pickle;
        for (key, value) in &pickle.dicts[dict as usize] {
            let key = match key {
                Value::Text(start, end) => text_of(self.text, (*start, *end)).to_owned(),
                Value::Integer(number) => number.to_string(),
                _ => continue,
            };
            self.budget.take(prefix.len() + key.len() + 16)?;
            let name = if depth == 0 { key } else { format!("{prefix}.{key}") };
            let top = top.unwrap_or(name.len());
            match value {
                Value::Tensor(index) => {
                    let entry = self.entry(&name, &pickle.tensors[*index as usize])?;
                    self.entries.push((name.into(), Entry { top, ..entry }));
                }
                Value::Dict(_) if depth == MAX_DEPTH => {
                    let reason = format!("dictionaries lie more than {MAX_DEPTH} deep in one another");
                    return Err(TensorFileError::header(self.file, Format::Torch, reason));
                }
                Value::Dict(dict) => {
                    let before = self.entries.len();
                    self.dictionary(*dict, &name, Some(top), depth + 1)?;
                    if depth == 0 && before == self.entries.len() {
                        self.scalar(name, Scalar::Other)?;
                    }
                }
                _ if depth > 0 => {}
                Value::Integer(number) => self.scalar(name, Scalar::Integer(*number))?,
                Value::Text(start, end) => {
                    let text = text_of(self.text, (*start, *end)).into();
                    self.scalar(name, Scalar::Text(text))?;
                }
                _ => self.scalar(name, Scalar::Other)?,
            }
        }
        Ok(())
    }

    fn scalar(&mut self, name: String, scalar: Scalar) -> Result<(), TensorFileError> {
        let text = if let Scalar::Text(text) = &scalar { text.len() } else { 0 };
        self.budget.take(3 * size_of::<(Box<str>, Scalar)>() + text)?;
        self.scalars.push((name.into(), scalar));
        Ok(())
    }

    /// Where a tensor lies. Its name's `top` is set by the caller.
    fn entry(&mut self, name: &str, tensor: &Tensor) -> Result<Entry, TensorFileError> {
        let fail = |reason: &str| TensorFileError::entry(self.file, name, reason);
        let (size, place) = (tensor.dtype.size(), &self.places[tensor.storage as usize]);
        let count = tensor.shape.iter().try_fold(1usize, |count, length| count.checked_mul(*length));
        let count = count.ok_or_else(|| fail("it has more elements than memory can hold"))?;
        // From its first element to behind its last.
        let extent = if count == 0 {
            Some(0)
        } else {
            let steps =
                tensor.shape.iter().zip(&tensor.strides).map(|(length, stride)| (length - 1).checked_mul(*stride));
            steps.into_iter().try_fold(1usize, |sum, step| sum.checked_add(step?))
        };
        let bytes = |elements: usize| elements.checked_mul(size);
        let start = bytes(tensor.offset).and_then(|offset| place.start.checked_add(offset));
        let end = start.and_then(|start| start.checked_add(extent.and_then(bytes)?));
        let (Some(extent), Some(start), Some(end)) = (extent, start, end) else {
            return Err(fail("it has more elements than memory can hold"));
        };
        if end > place.end {
            return Err(fail("it reaches out of its storage"));
        }
        if count > extent {
            return Err(fail("it repeats its elements"));
        }
        self.bytes = self.bytes.saturating_add(count * size);
        let dimensions = tensor.shape.len() * size_of::<usize>();
        self.budget.take(3 * size_of::<(Box<str>, Entry)>() + name.len() + 2 * dimensions + size_of::<Strided>())?;
        let strided = (count > 0 && !is_in_rows(&tensor.shape, &tensor.strides))
            .then(|| Box::new(Strided::new(tensor.strides.clone())));
        Ok(Entry { dtype: tensor.dtype, shape: tensor.shape.clone(), range: start..end, top: 0, strided })
    }
}

/// Whether the elements lie row by row without gaps; a dimension of length one may have any stride.
fn is_in_rows(shape: &[usize], strides: &[usize]) -> bool {
    let mut expected = 1;
    for (length, stride) in shape.iter().zip(strides).rev() {
        if *length != 1 && *stride != expected {
            return false;
        }
        expected *= length;
    }
    true
}

/// Two names may stand for the same bytes (tied weights), and else have nothing in common.
fn check_shared(file: &Path, entries: &[(Box<str>, Entry)]) -> Result<(), TensorFileError> {
    let mut by_place: Vec<_> = entries.iter().filter(|(_, entry)| !entry.range.is_empty()).collect();
    by_place.sort_unstable_by_key(|(_, entry)| (entry.range.start, entry.range.end));
    for pair in by_place.windows(2) {
        let ((first, one), (second, other)) = (pair[0], pair[1]);
        if one.range != other.range && other.range.start < one.range.end {
            return Err(TensorFileError::entry(file, second, format!("it lies partly over `{first}`")));
        }
    }
    Ok(())
}
