//! The JSON header of a safetensors file, checked entry by entry against the bytes that follow it.
//!
//! Format: <https://huggingface.co/docs/safetensors/index#format>. An unsigned little-endian 64-bit length, a JSON
//! object of that length, then the tensors' bytes without gaps.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::{Dtype, TensorFileError};

/// The longest header the format allows; it bounds what a wrong length can make us read.
const MAX_HEADER: u64 = 100_000_000;
const LENGTH_BYTES: usize = 8;

/// One tensor as the header describes it; `range` lies inside the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) range: Range<usize>,
}

#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) entries: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct RawEntry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (usize, usize),
}

#[derive(Default)]
struct RawHeader {
    metadata: BTreeMap<String, String>,
    entries: Vec<(String, serde_json::Value)>,
}

impl<'de> Deserialize<'de> for RawHeader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct HeaderVisitor;

        impl<'de> Visitor<'de> for HeaderVisitor {
            type Value = RawHeader;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of tensors by name")
            }

            // By hand, because a plain map would silently keep the last of two entries of one name.
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawHeader, A::Error> {
                let mut header = RawHeader::default();
                while let Some(name) = map.next_key::<String>()? {
                    if name == "__metadata__" {
                        header.metadata = map.next_value()?;
                    } else {
                        header.entries.push((name, map.next_value()?));
                    }
                }
                Ok(header)
            }
        }

        deserializer.deserialize_map(HeaderVisitor)
    }
}

impl Header {
    pub(crate) fn parse(file: &Path, bytes: &[u8]) -> Result<Self, TensorFileError> {
        let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else {
            let reason = format!("expected at least {LENGTH_BYTES} bytes, got {}", bytes.len());
            return Err(TensorFileError::header(file, reason));
        };
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER {
            let reason = format!("expected a header of at most {MAX_HEADER} bytes, the file announces {length}");
            return Err(TensorFileError::header(file, reason));
        }
        let Some((json, data)) = usize::try_from(length).ok().and_then(|length| rest.split_at_checked(length)) else {
            let reason = format!("the header should have {length} bytes, the file ends after {}", rest.len());
            return Err(TensorFileError::header(file, reason));
        };
        let raw: RawHeader = serde_json::from_slice(json)
            .map_err(|error| TensorFileError::header(file, format!("the header is not as expected: {error}")))?;

        let first_byte = LENGTH_BYTES + json.len();
        let mut entries = BTreeMap::new();
        for (name, value) in raw.entries {
            let entry = check_entry(file, &name, value, first_byte, data.len())?;
            if entries.insert(name.clone(), entry).is_some() {
                return Err(TensorFileError::entry(file, &name, "the header names it twice"));
            }
        }
        check_no_gaps(file, &entries, first_byte..bytes.len())?;
        Ok(Self { metadata: raw.metadata, entries })
    }
}

fn check_entry(
    file: &Path,
    name: &str,
    value: serde_json::Value,
    first_byte: usize,
    data_len: usize,
) -> Result<Entry, TensorFileError> {
    let fail = |reason: String| TensorFileError::entry(file, name, reason);
    let raw = RawEntry::deserialize(value).map_err(|error| fail(format!("its entry is not as expected: {error}")))?;
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
    Ok(Entry { dtype, shape: raw.shape, range: first_byte + begin..first_byte + end })
}

/// Every byte of data belongs to exactly one tensor: neither hidden content nor two tensors over the same bytes.
fn check_no_gaps(file: &Path, entries: &BTreeMap<String, Entry>, data: Range<usize>) -> Result<(), TensorFileError> {
    let mut by_place: Vec<_> = entries.iter().collect();
    by_place.sort_by_key(|(_, entry)| (entry.range.start, entry.range.end));
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
        return Err(TensorFileError::header(file, reason));
    }
    Ok(())
}
