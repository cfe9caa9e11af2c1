//! The JSON header of a safetensors file, checked entry by entry against the bytes that follow it.
//!
//! Format: <https://huggingface.co/docs/safetensors/index#format>. An unsigned little-endian 64-bit length, a JSON
//! object of that length, then the tensors' bytes without gaps.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::budget::Budget;
use crate::file::{Contents, Entry};
use crate::names::Names;
use crate::{Dtype, Format, TensorFileError};

/// The longest header the format allows; it bounds what a wrong length can make us read.
const MAX_HEADER: u64 = 100_000_000;
const LENGTH_BYTES: usize = 8;
/// More dimensions than any tensor has.
const MAX_DIMENSIONS: usize = 32;

struct RawEntry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

impl<'de> Deserialize<'de> for RawEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            dtype: String,
            shape: Shape,
            data_offsets: (usize, usize),
        }
        struct Shape(Vec<usize>);

        impl<'de> Deserialize<'de> for Shape {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Dimensions;

                impl<'de> Visitor<'de> for Dimensions {
                    type Value = Shape;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("the lengths of the dimensions")
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Shape, A::Error> {
                        let mut shape = Vec::new();
                        while let Some(length) = sequence.next_element()? {
                            if shape.len() == MAX_DIMENSIONS {
                                return Err(A::Error::custom(format!("more than {MAX_DIMENSIONS} dimensions")));
                            }
                            shape.push(length);
                        }
                        Ok(Shape(shape))
                    }
                }

                deserializer.deserialize_seq(Dimensions)
            }
        }

        let Fields { dtype, shape, data_offsets } = Fields::deserialize(deserializer)?;
        Ok(Self { dtype, shape: shape.0, data_offsets })
    }
}

/// Reads the entries one by one, so that nothing of the JSON is kept but what they say.
struct Reader<'a> {
    file: &'a Path,
    first_byte: usize,
    data_len: usize,
    budget: &'a mut Budget,
    /// Why an entry was refused; what `serde_json` would say around it is of no use to anybody.
    refused: &'a mut Option<TensorFileError>,
}

type Tables = (BTreeMap<String, String>, Vec<(Box<str>, Entry)>);

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Tables;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tables, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Tables;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of tensors by name")
    }

    // By hand, because a plain map would silently keep the last of two entries of one name.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tables, A::Error> {
        let Reader { file, first_byte, data_len, budget, refused } = self;
        let mut metadata = BTreeMap::new();
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                metadata = map.next_value_seed(Texts(&mut *budget))?;
                continue;
            }
            let checked = match map.next_value::<RawEntry>() {
                Ok(raw) => check_entry(file, &name, raw, first_byte, data_len),
                Err(error) => {
                    Err(TensorFileError::entry(file, &name, format!("its entry is not as expected: {error}")))
                }
            };
            let kept = checked.and_then(|entry| {
                // Twice the entry itself, for a list that grows holds both its old and its new place for a moment.
                let bytes = 3 * size_of::<(Box<str>, Entry)>() + name.len() + entry.shape.len() * size_of::<usize>();
                budget.take(bytes)?;
                Ok(entry)
            });
            match kept {
                Ok(mut entry) => {
                    entry.top = name.len();
                    entries.push((name.into_boxed_str(), entry));
                }
                Err(error) => {
                    *refused = Some(error);
                    return Err(A::Error::custom("refused"));
                }
            }
        }
        Ok((metadata, entries))
    }
}

/// `__metadata__`: texts by name. What is no text is left out, as it is no reason to refuse the weights.
struct Texts<'a>(&'a mut Budget);

impl<'de> DeserializeSeed<'de> for Texts<'_> {
    type Value = BTreeMap<String, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts<'_> {
    type Value = BTreeMap<String, String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of texts")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Value {
            Text(String),
            Other(IgnoredAny),
        }

        let mut texts = BTreeMap::new();
        while let Some(name) = map.next_key::<String>()? {
            if let Value::Text(text) = map.next_value()? {
                self.0.take(name.len() + text.len() + 128).map_err(A::Error::custom)?;
                texts.insert(name, text);
            }
        }
        Ok(texts)
    }
}

/// Reads the header at the start of `bytes`, the whole file.
pub(crate) fn read(file: &Path, bytes: &[u8]) -> Result<Contents, TensorFileError> {
    let fail = |reason: String| TensorFileError::header(file, Format::SafeTensors, reason);
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
        return Err(fail(format!("expected at least {LENGTH_BYTES} bytes, got {}", bytes.len())));
    };
    let length = u64::from_le_bytes(*length);
    if length > MAX_HEADER {
        return Err(fail(format!("expected a header of at most {MAX_HEADER} bytes, the file announces {length}")));
    }
    let Some((json, data)) = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)) else {
        return Err(fail(format!("the header should have {length} bytes, the file ends after {}", rest.len())));
    };
    let mut budget = Budget::new(file, bytes.len());
    let (first_byte, data_len, mut refused) = (LENGTH_BYTES + json.len(), data.len(), None);
    let reader = Reader { file, first_byte, data_len, budget: &mut budget, refused: &mut refused };
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let read = reader.deserialize(&mut deserializer).and_then(|tables| deserializer.end().map(|()| tables));
    let (metadata, mut entries) = match (refused, read) {
        (Some(error), _) => return Err(error),
        (None, Err(error)) => return Err(fail(format!("the header is not as expected: {error}"))),
        (None, Ok(tables)) => tables,
    };
    entries.sort_by_key(|(_, entry)| (entry.range.start, entry.range.end));
    check_no_gaps(file, &entries, first_byte..bytes.len())?;
    let entries = Names::new(file, entries, &mut budget)?;
    Ok(Contents { metadata, scalars: Vec::new(), entries })
}

fn check_entry(
    file: &Path,
    name: &str,
    raw: RawEntry,
    first_byte: usize,
    data_len: usize,
) -> Result<Entry, TensorFileError> {
    let fail = |reason: String| TensorFileError::entry(file, name, reason);
    let dtype = Dtype::from_name(&raw.dtype).ok_or_else(|| fail(format!("unknown type `{}`", raw.dtype)))?;
    let (begin, end) = raw.data_offsets;
    if begin > end || end > data_len {
        return Err(fail(format!("its bytes {begin}..{end} are not within the {data_len} bytes of data")));
    }
    let expected = raw.shape.iter().try_fold(dtype.size(), |bytes, dim| bytes.checked_mul(*dim));
    if expected != Some(end - begin) {
        let expected = expected.map_or_else(|| "more than memory can hold".to_owned(), |bytes| bytes.to_string());
        return Err(fail(format!("shape {:?} of {dtype} needs {expected} bytes, it has {}", raw.shape, end - begin)));
    }
    let range = first_byte + begin..first_byte + end;
    Ok(Entry { dtype, shape: raw.shape.into(), range, top: 0, strided: None })
}

/// Every byte of data belongs to exactly one tensor: neither hidden content nor two tensors over the same bytes.
fn check_no_gaps(file: &Path, by_place: &[(Box<str>, Entry)], data: Range<usize>) -> Result<(), TensorFileError> {
    let mut expected = data.start;
    for (name, entry) in by_place {
        if entry.range.start != expected {
            let reason = format!(
                "its bytes should start at {}, where the previous tensor ends, but start at {}",
                expected - data.start,
                entry.range.start - data.start
            );
            return Err(TensorFileError::entry(file, name, reason));
        }
        expected = entry.range.end;
    }
    if expected != data.end {
        let reason = format!("the tensors take {} bytes, the file holds {}", expected - data.start, data.len());
        return Err(TensorFileError::header(file, Format::SafeTensors, reason));
    }
    Ok(())
}
