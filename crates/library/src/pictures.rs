//! One small WebP picture per object: thumbnails of workflows, pictures of style presets. A picture is written, replaced
//! and removed as a whole; it has no row of its own and belongs to whatever carries its id.

use crate::LibraryError;
use crate::images::files;
use crate::images::location::is_plain;
use invoke_imaging::{THUMBNAIL_SIZE, thumbnail, webp};
use std::path::PathBuf;

/// Most bytes of an upload; a full picture of a phone fits.
pub const PICTURE_LIMIT: usize = 32 << 20;
/// Most pixels of an upload: what is kept has at most 256 a side, so nobody needs more.
const PIXEL_LIMIT: u64 = 50_000_000;

/// The pictures in one folder.
#[derive(Debug)]
pub(crate) struct Pictures {
    folder: PathBuf,
}

impl Pictures {
    /// Those in `folder`, which is made when it is missing.
    pub(crate) fn new(folder: PathBuf) -> Result<Self, LibraryError> {
        files::make_folder(&folder)?;
        Ok(Self { folder })
    }

    /// Where the picture of `id` lies or would lie; `None` when no file can have that name.
    fn place(&self, id: &str) -> Option<PathBuf> {
        let name = format!("{id}.webp");
        is_plain(&name).then(|| self.folder.join(name))
    }

    /// The file of the picture of `id`, if there is one.
    pub(crate) fn find(&self, id: &str) -> Option<PathBuf> {
        self.place(id).filter(|path| path.is_file())
    }

    /// Makes a small picture of an uploaded file, as it will be kept.
    pub(crate) fn prepare(upload: &[u8]) -> Result<Vec<u8>, LibraryError> {
        let pixels = decode(upload)?;
        Ok(webp::encode(&thumbnail(&pixels, THUMBNAIL_SIZE)?, webp::DEFAULT_QUALITY)?)
    }

    /// Keeps a prepared picture for `id`, over the one that was there.
    pub(crate) fn write(&self, id: &str, picture: &[u8]) -> Result<(), LibraryError> {
        let unsafe_name = || LibraryError::UnsafeName { name: id.to_owned(), subfolder: String::new() };
        files::write(&self.place(id).ok_or_else(unsafe_name)?, picture)
    }

    /// Removes the picture of `id`. Says whether there was one.
    pub(crate) fn remove(&self, id: &str) -> Result<bool, LibraryError> {
        let Some(path) = self.find(id) else { return Ok(false) };
        files::remove([path.as_path()])?;
        Ok(true)
    }

    /// Removes half-written files an earlier run left. Says how many there were.
    pub(crate) fn sweep(&self) -> Result<usize, LibraryError> {
        let failed = |source| LibraryError::File { doing: "list the folder", path: self.folder.clone(), source };
        let mut left = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.file_name().and_then(|name| name.to_str()).is_some_and(is_half_written) {
                left.push(path);
            }
        }
        files::remove(left.iter().map(PathBuf::as_path))?;
        Ok(left.len())
    }
}

/// Whether a file of this name is one that was being written: see `temporary`.
fn is_half_written(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(".webp.part")
}

/// Reads an uploaded picture within limits.
fn decode(upload: &[u8]) -> Result<invoke_imaging::Pixels, LibraryError> {
    let limits = invoke_imaging::png::Limits {
        max_bytes: PICTURE_LIMIT,
        max_pixels: PIXEL_LIMIT,
        ..invoke_imaging::png::Limits::default()
    };
    let decoded = invoke_imaging::png::decode_bounded(upload, limits);
    Ok(decoded.map_err(LibraryError::UnreadableUpload)?.0)
}
