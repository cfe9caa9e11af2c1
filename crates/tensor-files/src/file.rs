//! An open tensor file, mapped into memory and checked: safetensors or what `torch.save` wrote.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use memmap2::Mmap;

use crate::names::Names;
use crate::{Dtype, Format, TensorFileError, header, torch};

/// An open tensor file. Its bytes are read from disk only when they are looked at.
#[derive(Debug)]
pub struct TensorFile {
    pub(crate) file: PathBuf,
    pub(crate) map: Arc<Mmap>,
    pub(crate) format: Format,
    pub(crate) contents: Contents,
}

/// What a reader found, whose ranges all lie inside the file.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) scalars: Vec<(Box<str>, Scalar)>,
    pub(crate) entries: Names<Entry>,
}

/// One tensor as the header describes it.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) dtype: Dtype,
    pub(crate) shape: Box<[usize]>,
    pub(crate) range: Range<usize>,
    /// How long the part of its name is that is a key of the outermost dictionary.
    pub(crate) top: usize,
    pub(crate) strided: Option<Box<Strided>>,
}

/// A tensor whose elements do not lie row by row, such as a transposed one; put in order when first looked at.
#[derive(Debug)]
pub(crate) struct Strided {
    /// Elements from one index to the next, per dimension.
    pub(crate) strides: Box<[usize]>,
    ordered: OnceLock<Box<[u8]>>,
}

/// A value beside the tensors of a pickle.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Box<str>),
    /// Anything else: lists, dictionaries without tensors, floating-point numbers.
    Other,
}

/// One tensor of a file: what it is and its bytes, little-endian, row by row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TensorView<'a> {
    /// Element type.
    pub dtype: Dtype,
    /// Lengths of the dimensions, none for a scalar.
    pub shape: &'a [usize],
    /// The stored bytes: elements times element size.
    pub bytes: &'a [u8],
}

/// Maps `file` for reading; an empty one and what is no file are refused as `format`.
pub(crate) fn map(file: &Path, format: Format) -> Result<Mmap, TensorFileError> {
    let io = |source| TensorFileError::Io { file: file.to_owned(), source };
    let handle = File::open(file).map_err(io)?;
    let metadata = handle.metadata().map_err(io)?;
    if !metadata.is_file() {
        return Err(TensorFileError::header(file, format, "it is not a file"));
    }
    if metadata.len() == 0 {
        return Err(TensorFileError::header(file, format, "it is empty")); // which cannot be mapped
    }
    #[expect(unsafe_code, reason = "reading weights through a map is what makes loading instant")]
    // SAFETY: model files are replaced by renaming, never rewritten in place, so the mapped bytes do not change.
    let map = unsafe { Mmap::map(&handle) }.map_err(io)?;
    Ok(map)
}

impl TensorFile {
    /// Maps `file` and checks its header; which format it has is told from its first bytes. Fails on the first thing
    /// that is not exactly as the format says, and on everything in a pickle that is neither tensor nor plain data.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, TensorFileError> {
        let file = file.as_ref().to_owned();
        let map = map(&file, Format::SafeTensors)?;
        let (format, contents) = if torch::is_torch(&map) {
            (Format::Torch, torch::read(&file, &map)?)
        } else {
            (Format::SafeTensors, header::read(&file, &map)?)
        };
        Ok(Self { file, map: Arc::new(map), format, contents })
    }

    /// The file this was opened from.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// What kind of file it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of all tensors, in alphabetical order. A tensor in dictionaries within dictionaries has the keys on the
    /// way to it joined by dots; an outermost dictionary `state_dict` is left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.contents.entries.sorted().map(|(name, _)| name)
    }

    /// Whether there is a tensor of this name.
    pub fn contains(&self, name: &str) -> bool {
        self.contents.entries.get(name).is_some()
    }

    /// One tensor by name.
    pub fn tensor(&self, name: &str) -> Result<TensorView<'_>, TensorFileError> {
        self.contents
            .entries
            .get(name)
            .map(|entry| self.view(entry))
            .ok_or_else(|| TensorFileError::Missing { file: self.file.clone(), tensor: name.to_owned() })
    }

    /// All tensors with their names, in alphabetical order.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, TensorView<'_>)> {
        self.contents.entries.sorted().map(|(name, entry)| (name, self.view(entry)))
    }

    /// Names, types and shapes in the order of the file, with how much of the name is a key of the outermost
    /// dictionary. No weight is touched.
    pub fn outline(&self) -> impl Iterator<Item = (&str, usize, Dtype, &[usize])> {
        self.contents.entries.in_order().map(|(name, entry)| (name, entry.top, entry.dtype, &*entry.shape))
    }

    /// What lies beside tensors in the outermost dictionary of a pickle, in its order.
    pub fn scalars(&self) -> impl Iterator<Item = (&str, &Scalar)> {
        self.contents.scalars.iter().map(|(name, scalar)| (&**name, scalar))
    }

    /// Free text the writer left in the header, such as training details.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.contents.metadata
    }

    /// The tensors as the reader found them, in the order of the file.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.contents.entries.in_order()
    }

    /// Bytes of the whole file.
    pub(crate) fn length(&self) -> usize {
        self.map.len()
    }

    fn view<'a>(&'a self, entry: &'a Entry) -> TensorView<'a> {
        // The range was checked against the length of this map when the header was read.
        let stored = &self.map[entry.range.clone()];
        let bytes = match &entry.strided {
            None => stored,
            Some(strided) => strided.ordered.get_or_init(|| strided.in_rows(stored, &entry.shape, entry.dtype.size())),
        };
        TensorView { dtype: entry.dtype, shape: &entry.shape, bytes }
    }
}

impl Strided {
    pub(crate) fn new(strides: Box<[usize]>) -> Self {
        Self { strides, ordered: OnceLock::new() }
    }

    /// The elements row by row. Strides and shape were checked against the length of `stored`, so that the result is no
    /// longer than that.
    fn in_rows(&self, stored: &[u8], shape: &[usize], size: usize) -> Box<[u8]> {
        let count: usize = shape.iter().product();
        let mut ordered = Vec::with_capacity(count * size);
        let mut index = vec![0usize; shape.len()];
        for _ in 0..count {
            let element: usize = index.iter().zip(&self.strides).map(|(index, stride)| index * stride).sum();
            ordered.extend_from_slice(&stored[element * size..(element + 1) * size]);
            for (place, length) in index.iter_mut().zip(shape).rev() {
                *place += 1;
                if *place < *length {
                    break;
                }
                *place = 0;
            }
        }
        ordered.into()
    }
}
