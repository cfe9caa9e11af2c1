//! GGUF files: what they say about themselves and which tensors they hold, quantised ones included. Nothing is decoded.
//!
//! Format: <https://github.com/ggml-org/ggml/blob/master/docs/gguf.md>, versions 2 and 3; block sizes as in
//! `ggml-common.h` and `ggml.c`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::budget::Budget;
use crate::file::map;
use crate::names::Names;
use crate::{Format, TensorFileError};

const MAGIC: &[u8; 4] = b"GGUF";
const MAX_DIMENSIONS: u32 = 8;
const DEFAULT_ALIGNMENT: u64 = 32;
/// Longer lists, such as vocabularies, are passed over.
const MAX_LIST: u64 = 64;
/// Lists within lists.
const MAX_DEPTH: u32 = 4;

macro_rules! types {
    ($($name:ident $number:literal $word:literal $elements:literal $bytes:literal)*) => {
        /// How the elements of a tensor are stored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum GgmlType {
            $(#[doc = concat!("`", $word, "`: ", $elements, " elements in ", $bytes, " bytes.")] $name,)*
        }

        impl GgmlType {
            fn from_number(number: u32) -> Option<Self> {
                match number {
                    $($number => Some(Self::$name),)*
                    _ => None,
                }
            }

            /// The name in ggml.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// Elements of a block and the bytes it takes.
            pub fn block(self) -> (usize, usize) {
                match self {
                    $(Self::$name => ($elements, $bytes),)*
                }
            }
        }
    };
}

types! {
    F32 0 "F32" 1 4
    F16 1 "F16" 1 2
    Q4_0 2 "Q4_0" 32 18
    Q4_1 3 "Q4_1" 32 20
    Q5_0 6 "Q5_0" 32 22
    Q5_1 7 "Q5_1" 32 24
    Q8_0 8 "Q8_0" 32 34
    Q8_1 9 "Q8_1" 32 36
    Q2K 10 "Q2_K" 256 84
    Q3K 11 "Q3_K" 256 110
    Q4K 12 "Q4_K" 256 144
    Q5K 13 "Q5_K" 256 176
    Q6K 14 "Q6_K" 256 210
    Q8K 15 "Q8_K" 256 292
    Iq2Xxs 16 "IQ2_XXS" 256 66
    Iq2Xs 17 "IQ2_XS" 256 74
    Iq3Xxs 18 "IQ3_XXS" 256 98
    Iq1S 19 "IQ1_S" 256 50
    Iq4Nl 20 "IQ4_NL" 32 18
    Iq3S 21 "IQ3_S" 256 110
    Iq2S 22 "IQ2_S" 256 82
    Iq4Xs 23 "IQ4_XS" 256 136
    I8 24 "I8" 1 1
    I16 25 "I16" 1 2
    I32 26 "I32" 1 4
    I64 27 "I64" 1 8
    F64 28 "F64" 1 8
    Iq1M 29 "IQ1_M" 256 56
    Bf16 30 "BF16" 1 2
    Tq1_0 34 "TQ1_0" 256 54
    Tq2_0 35 "TQ2_0" 256 66
    Mxfp4 39 "MXFP4" 32 17
}

impl GgmlType {
    /// Whether its elements are packed in blocks that must be decoded.
    pub fn is_quantised(self) -> bool {
        self.block().0 > 1
    }
}

/// What a file says about itself under one key. Long lists are left out.
#[derive(Debug, Clone, PartialEq)]
pub enum GgufValue {
    /// A text.
    Text(Box<str>),
    /// A whole number or a flag.
    Integer(i128),
    /// A floating-point number.
    Float(f64),
    /// A short list.
    List(Box<[GgufValue]>),
}

/// One tensor of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GgufTensor<'a> {
    /// How its elements are stored.
    pub kind: GgmlType,
    /// Lengths of the dimensions, the slowest first as in PyTorch (GGUF writes them the other way round).
    pub shape: &'a [usize],
    /// The stored bytes.
    pub bytes: &'a [u8],
}

#[derive(Debug)]
struct Entry {
    kind: GgmlType,
    shape: Box<[usize]>,
    range: Range<usize>,
}

/// An open GGUF file.
#[derive(Debug)]
pub struct Gguf {
    file: PathBuf,
    map: Mmap,
    metadata: BTreeMap<Box<str>, GgufValue>,
    tensors: Names<Entry>,
}

impl Gguf {
    /// Maps `file` and checks its directory.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, TensorFileError> {
        let file = file.as_ref().to_owned();
        let map = map(&file, Format::Gguf)?;
        let mut budget = Budget::new(&file, map.len());
        let (metadata, tensors) = Reader { file: &file, bytes: &map, at: 0, budget: &mut budget }.file()?;
        Ok(Self { file, map, metadata, tensors })
    }

    /// Whether a file that begins with `bytes` is of this format.
    pub fn is(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// The file this was opened from.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What the file says about itself.
    pub fn metadata(&self) -> &BTreeMap<Box<str>, GgufValue> {
        &self.metadata
    }

    /// One tensor by name.
    pub fn tensor(&self, name: &str) -> Result<GgufTensor<'_>, TensorFileError> {
        let missing = || TensorFileError::Missing { file: self.file.clone(), tensor: name.to_owned() };
        self.tensors.get(name).map(|entry| self.view(entry)).ok_or_else(missing)
    }

    /// All tensors with their names, in the order of the file.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, GgufTensor<'_>)> {
        self.tensors.in_order().map(|(name, entry)| (name, self.view(entry)))
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> GgufTensor<'a> {
        // The range was checked against the length of this map when the directory was read.
        GgufTensor { kind: entry.kind, shape: &entry.shape, bytes: &self.map[entry.range.clone()] }
    }
}

struct Reader<'a> {
    file: &'a Path,
    bytes: &'a [u8],
    at: usize,
    budget: &'a mut Budget,
}

type Read<T> = Result<T, TensorFileError>;
type Tables = (BTreeMap<Box<str>, GgufValue>, Names<Entry>);

impl<'a> Reader<'a> {
    fn fail(&self, reason: impl std::fmt::Display) -> TensorFileError {
        TensorFileError::header(self.file, Format::Gguf, format!("{reason} at byte {}", self.at))
    }

    fn slice(&mut self, length: u64) -> Read<&'a [u8]> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length));
        let Some(slice) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.fail("the file ends too early"));
        };
        self.at += slice.len();
        Ok(slice)
    }

    fn number<const N: usize>(&mut self) -> Read<[u8; N]> {
        let slice = self.slice(N as u64)?;
        let mut number = [0; N];
        number.copy_from_slice(slice);
        Ok(number)
    }

    fn u32(&mut self) -> Read<u32> {
        Ok(u32::from_le_bytes(self.number()?))
    }

    fn u64(&mut self) -> Read<u64> {
        Ok(u64::from_le_bytes(self.number()?))
    }

    fn text(&mut self) -> Read<&'a str> {
        let length = self.u64()?;
        let text = self.slice(length)?;
        std::str::from_utf8(text).map_err(|_| self.fail("a text is not UTF-8"))
    }

    fn file(mut self) -> Read<Tables> {
        if self.slice(4)? != MAGIC {
            return Err(self.fail("it does not begin with `GGUF`"));
        }
        let version = self.u32()?;
        if !(2..=3).contains(&version) {
            return Err(self.fail(format!("expected version 2 or 3, got {version}")));
        }
        let (tensors, keys) = (self.u64()?, self.u64()?);
        let mut metadata = BTreeMap::new();
        for _ in 0..keys {
            let name = self.text()?;
            let kind = self.u32()?;
            if let Some(value) = self.value(kind, 0)? {
                self.budget.take(name.len() + 3 * size_of::<(Box<str>, GgufValue)>())?;
                metadata.insert(Box::from(name), value);
            }
        }
        let alignment = match metadata.get("general.alignment") {
            Some(GgufValue::Integer(alignment)) => u64::try_from(*alignment).unwrap_or_default(),
            _ => DEFAULT_ALIGNMENT,
        };
        if !alignment.is_power_of_two() {
            return Err(self.fail(format!("expected an alignment that is a power of two, got {alignment}")));
        }
        let mut entries = Vec::new();
        for _ in 0..tensors {
            entries.push(self.entry()?);
        }
        // As long as a file, which is at most what memory can address.
        let data = (self.at as u64).next_multiple_of(alignment) as usize;
        self.place(&mut entries, data, alignment)?;
        let file = self.file;
        Ok((metadata, Names::new(file, entries, self.budget)?))
    }

    /// A value of this kind, `None` for one that is passed over.
    fn value(&mut self, kind: u32, depth: u32) -> Read<Option<GgufValue>> {
        let integer = |number: i128| Some(GgufValue::Integer(number));
        Ok(match kind {
            0 | 7 => integer(u8::from_le_bytes(self.number()?).into()),
            1 => integer(i8::from_le_bytes(self.number()?).into()),
            2 => integer(u16::from_le_bytes(self.number()?).into()),
            3 => integer(i16::from_le_bytes(self.number()?).into()),
            4 => integer(self.u32()?.into()),
            5 => integer(i32::from_le_bytes(self.number()?).into()),
            6 => Some(GgufValue::Float(f32::from_le_bytes(self.number()?).into())),
            8 => {
                let text = self.text()?;
                self.budget.take(text.len())?;
                Some(GgufValue::Text(text.into()))
            }
            9 => self.list(depth)?,
            10 => integer(self.u64()?.into()),
            11 => integer(i64::from_le_bytes(self.number()?).into()),
            12 => Some(GgufValue::Float(f64::from_le_bytes(self.number()?))),
            other => return Err(self.fail(format!("unknown kind of value {other}"))),
        })
    }

    fn list(&mut self, depth: u32) -> Read<Option<GgufValue>> {
        let (kind, length) = (self.u32()?, self.u64()?);
        if depth == MAX_DEPTH {
            return Err(self.fail(format!("lists lie more than {MAX_DEPTH} deep in one another")));
        }
        if length > MAX_LIST {
            let size = match kind {
                0 | 1 | 7 => 1,
                2 | 3 => 2,
                4..=6 => 4,
                10..=12 => 8,
                8 => {
                    for _ in 0..length {
                        self.text()?;
                    }
                    0
                }
                9 => return Err(self.fail(format!("a list of {length} lists"))),
                other => return Err(self.fail(format!("unknown kind of value {other}"))),
            };
            let bytes = length.checked_mul(size).ok_or_else(|| self.fail("the file ends too early"))?;
            self.slice(bytes)?;
            return Ok(None);
        }
        self.budget.take(3 * length as usize * size_of::<GgufValue>())?;
        let mut values = Vec::new();
        for _ in 0..length {
            values.extend(self.value(kind, depth + 1)?);
        }
        Ok(Some(GgufValue::List(values.into())))
    }

    /// One line of the directory; its range begins at its offset until all are placed.
    fn entry(&mut self) -> Read<(Box<str>, Entry)> {
        let name = self.text()?;
        let dimensions = self.u32()?;
        if dimensions > MAX_DIMENSIONS {
            return Err(self.fail(format!("tensor `{name}` has {dimensions} dimensions")));
        }
        self.budget.take(name.len() + 3 * size_of::<(Box<str>, Entry)>() + 16 * dimensions as usize)?;
        let mut shape = Vec::with_capacity(dimensions as usize);
        for _ in 0..dimensions {
            shape.push(usize::try_from(self.u64()?).map_err(|_| self.fail("a length is too long"))?);
        }
        let damaged = |reason: &str| TensorFileError::entry(self.file, name, reason);
        let row = shape.first().copied().unwrap_or(1);
        let count = shape.iter().try_fold(1usize, |count, length| count.checked_mul(*length));
        shape.reverse();
        let number = self.u32()?;
        let offset = usize::try_from(self.u64()?).map_err(|_| damaged("it does not lie within the file"))?;
        let damaged = |reason: String| TensorFileError::entry(self.file, name, reason);
        let kind = GgmlType::from_number(number).ok_or_else(|| damaged(format!("unknown type {number}")))?;
        let (elements, bytes) = kind.block();
        if !row.is_multiple_of(elements) {
            return Err(damaged(format!("its rows of {row} elements are not whole blocks of {elements}")));
        }
        let size = count.and_then(|count| (count / elements).checked_mul(bytes));
        let end = size.and_then(|size| offset.checked_add(size));
        let end = end.ok_or_else(|| damaged("it has more elements than memory can hold".into()))?;
        Ok((name.into(), Entry { kind, shape: shape.into(), range: offset..end }))
    }

    /// Moves the ranges behind the directory and checks that they lie in the file, aligned and apart.
    fn place(&self, entries: &mut [(Box<str>, Entry)], data: usize, alignment: u64) -> Read<()> {
        let length = self.bytes.len();
        for (name, entry) in &mut *entries {
            let damaged = |reason: String| TensorFileError::entry(self.file, name, reason);
            if !(entry.range.start as u64).is_multiple_of(alignment) {
                return Err(damaged(format!("its offset {} is no multiple of {alignment}", entry.range.start)));
            }
            let end = data.checked_add(entry.range.end).filter(|end| *end <= length);
            let end = end.ok_or_else(|| damaged("it does not lie within the file".into()))?;
            entry.range = data + entry.range.start..end;
        }
        let mut by_place: Vec<_> = entries.iter().filter(|(_, entry)| !entry.range.is_empty()).collect();
        by_place.sort_unstable_by_key(|(_, entry)| entry.range.start);
        for pair in by_place.windows(2) {
            if pair[1].1.range.start < pair[0].1.range.end {
                return Err(TensorFileError::entry(self.file, &pair[1].0, format!("it lies over `{}`", pair[0].0)));
            }
        }
        Ok(())
    }
}
