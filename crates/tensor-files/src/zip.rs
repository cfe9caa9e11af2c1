//! The directory of a zip archive as `torch.save` writes it: nothing compressed, nothing shared, nothing hidden.
//!
//! Format: PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14–16 and 4.5.3.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use crate::budget::Budget;
use crate::{Format, TensorFileError};

const END: &[u8; 4] = b"PK\x05\x06";
const END_LENGTH: usize = 22;
const END_64: &[u8; 4] = b"PK\x06\x06";
const LOCATOR_64: &[u8; 4] = b"PK\x06\x07";
const LOCATOR_64_LENGTH: usize = 20;
const DIRECTORY_ENTRY: &[u8; 4] = b"PK\x01\x02";
const DIRECTORY_ENTRY_LENGTH: usize = 46;
const LOCAL: &[u8; 4] = b"PK\x03\x04";
const LOCAL_LENGTH: usize = 30;
const EXTRA_64: u16 = 1;
const ENCRYPTED: u16 = 1;

/// The bytes of each file in an archive, by name.
#[derive(Debug)]
pub(crate) struct Archive<'a> {
    files: BTreeMap<&'a str, Range<usize>>,
}

impl<'a> Archive<'a> {
    /// Reads the directory of the archive that `bytes` are.
    pub(crate) fn read(file: &Path, bytes: &'a [u8], budget: &mut Budget) -> Result<Self, TensorFileError> {
        let fail = |reason: String| TensorFileError::header(file, Format::Torch, reason);
        let (count, directory) = directory(bytes).ok_or_else(|| fail("the archive has no directory".into()))?;
        let first = directory.start;
        let mut rest = &bytes[directory];
        let mut files = BTreeMap::new();
        let mut places = Vec::new();
        for _ in 0..count {
            let Some((entry, after)) = Entry::parse(rest) else {
                return Err(fail("the directory of the archive is damaged".into()));
            };
            rest = after;
            let name = std::str::from_utf8(entry.name).ok().filter(|name| is_plain(name));
            let Some(name) = name else {
                return Err(fail(format!("`{}` is no name for a file in it", entry.name.escape_ascii())));
            };
            if entry.flags & ENCRYPTED != 0 || entry.method != 0 || entry.stored != entry.length {
                return Err(fail(format!(
                    "`{name}` in it is compressed or encrypted, expected it to be stored as it is"
                )));
            }
            let Some(data) = entry.data(bytes, first) else {
                return Err(fail(format!("`{name}` in it does not lie within the archive")));
            };
            budget.take(128)?;
            places.push((entry.local, data.end));
            if files.insert(name, data).is_some() {
                return Err(fail(format!("`{name}` is in it twice")));
            }
        }
        if !rest.is_empty() {
            return Err(fail("the directory of the archive is longer than it says".into()));
        }
        places.sort_unstable();
        if places.windows(2).any(|pair| pair[0].1 > pair[1].0) {
            return Err(fail("files in it lie over one another".into()));
        }
        Ok(Self { files })
    }

    /// Where the bytes of a file lie.
    pub(crate) fn get(&self, name: &str) -> Option<Range<usize>> {
        self.files.get(name).cloned()
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.files.keys().copied()
    }
}

/// Whether unpacking a file of this name could only write below the folder it is unpacked to.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', '\0', ':'])
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?)).ok()
}

/// How many entries the directory has and where it lies.
fn directory(bytes: &[u8]) -> Option<(usize, Range<usize>)> {
    let earliest = bytes.len().saturating_sub(END_LENGTH + usize::from(u16::MAX));
    let end = (earliest..=bytes.len().checked_sub(END_LENGTH)?).rev().find(|at| {
        bytes[*at..].starts_with(END)
            && u16_at(bytes, at + 20).is_some_and(|comment| at + END_LENGTH + usize::from(comment) == bytes.len())
    })?;
    let locator = end.checked_sub(LOCATOR_64_LENGTH).filter(|at| bytes[*at..].starts_with(LOCATOR_64));
    let (count, length, start, limit) = match locator {
        Some(locator) => {
            let end = u64_at(bytes, locator + 8)?;
            let record = bytes.get(end..locator)?;
            record.starts_with(END_64).then_some(())?;
            (u64_at(record, 32)?, u64_at(record, 40)?, u64_at(record, 48)?, end)
        }
        None => {
            let number = |at| Some(u32_at(bytes, at)? as usize);
            (usize::from(u16_at(bytes, end + 10)?), number(end + 12)?, number(end + 16)?, end)
        }
    };
    let directory = start..start.checked_add(length)?;
    // Each entry takes its place, so that the count is bounded by the file.
    (directory.end <= limit && count.checked_mul(DIRECTORY_ENTRY_LENGTH)? <= length).then_some((count, directory))
}

struct Entry<'a> {
    flags: u16,
    method: u16,
    stored: usize,
    length: usize,
    local: usize,
    name: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The first entry of `rest`, and what follows it.
    fn parse(rest: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (fixed, after) = rest.split_at_checked(DIRECTORY_ENTRY_LENGTH)?;
        fixed.starts_with(DIRECTORY_ENTRY).then_some(())?;
        let (name, after) = after.split_at_checked(usize::from(u16_at(fixed, 28)?))?;
        let (mut extra, after) = after.split_at_checked(usize::from(u16_at(fixed, 30)?))?;
        let (_, after) = after.split_at_checked(usize::from(u16_at(fixed, 32)?))?;
        let (length, stored, local) = (u32_at(fixed, 24)?, u32_at(fixed, 20)?, u32_at(fixed, 42)?);
        // Numbers that do not fit are in the extra field, in this order.
        let mut long: &[u8] = &[];
        while let (Some(kind), Some(size)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let (field, next) = extra.get(4..)?.split_at_checked(usize::from(size))?;
            if kind == EXTRA_64 {
                long = field;
            }
            extra = next;
        }
        let mut full = |short: u32| {
            if short != u32::MAX {
                return Some(short as usize);
            }
            let number = u64_at(long, 0)?;
            long = &long[8..];
            Some(number)
        };
        let (length, stored, local) = (full(length)?, full(stored)?, full(local)?);
        let entry = Self { flags: u16_at(fixed, 8)?, method: u16_at(fixed, 10)?, stored, length, local, name };
        Some((entry, after))
    }

    /// Where its bytes lie, which is before the directory at `limit`; the header before them must name the same file.
    fn data(&self, bytes: &[u8], limit: usize) -> Option<Range<usize>> {
        let header = bytes.get(self.local..limit)?;
        header.starts_with(LOCAL).then_some(())?;
        let name = usize::from(u16_at(header, 26)?);
        let extra = usize::from(u16_at(header, 28)?);
        (header.get(LOCAL_LENGTH..LOCAL_LENGTH + name)? == self.name).then_some(())?;
        let start = self.local.checked_add(LOCAL_LENGTH + name + extra)?;
        let end = start.checked_add(self.length)?;
        (end <= limit).then_some(start..end)
    }
}
