//! One small WebP picture per object: thumbnails of workflows, pictures of style presets. A picture is written, replaced
//! and removed as a whole; it has no row of its own and belongs to whatever carries its id. As with images, a file that
//! belongs to no row is noted in the database, so that none stays behind whenever the program ends.

use crate::images::files;
use crate::images::location::is_plain;
use crate::{LibraryError, Unreadable};
use invoke_imaging::{Limits, THUMBNAIL_SIZE, picture, thumbnail, webp};
use invoke_storage::file_deletions::{self, OwnedFile, OwnedKind};
use invoke_storage::{Database, Tx};
use std::path::PathBuf;

/// Most bytes of an upload; a full picture of a phone fits.
pub const PICTURE_LIMIT: usize = 32 << 20;
/// Most pixels of an upload: what is kept has at most 256 a side, so nobody needs more.
const PIXEL_LIMIT: u64 = 50_000_000;

/// The pictures in one folder.
#[derive(Debug)]
pub(crate) struct Pictures {
    db: Database,
    kind: OwnedKind,
    folder: PathBuf,
}

impl Pictures {
    /// Those of the things of one kind in `db`; in `folder`, which is made when it is missing.
    pub(crate) fn new(db: Database, kind: OwnedKind, folder: PathBuf) -> Result<Self, LibraryError> {
        files::make_folder(&folder)?;
        Ok(Self { db, kind, folder })
    }

    fn noted(&self, id: &str) -> OwnedFile {
        OwnedFile { kind: self.kind, name: id.to_owned(), subfolder: String::new() }
    }

    /// Notes that the picture of `id` has no row: that goes in this transaction, or is still to come.
    pub(crate) fn note(&self, tx: &Tx<'_>, id: &str) -> Result<(), LibraryError> {
        Ok(file_deletions::insert_owned(tx, &self.noted(id))?)
    }

    /// Takes the note back, since the row comes in this transaction. Fails when somebody removed the picture meanwhile.
    pub(crate) fn keep(&self, tx: &Tx<'_>, id: &str) -> Result<(), LibraryError> {
        let noted = file_deletions::delete_owned(tx, &self.noted(id))?;
        if noted { Ok(()) } else { Err(LibraryError::Swept { name: id.to_owned() }) }
    }

    /// Removes the picture of `id`, which was noted, and then the note. What fails is logged and stays noted.
    pub(crate) fn forget(&self, id: &str) {
        let removed = self.remove(id).and_then(|_| {
            let file = self.noted(id);
            Ok(self.db.write(|tx| file_deletions::delete_owned(tx, &file))?)
        });
        if let Err(error) = removed {
            tracing::warn!(id, error = &error as &dyn std::error::Error, "could not remove a picture");
        }
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

    /// Makes a small picture of an uploaded PNG, JPEG or WebP, as it will be kept.
    pub(crate) fn prepare(upload: &[u8]) -> Result<Vec<u8>, LibraryError> {
        let limits = Limits { max_bytes: PICTURE_LIMIT, max_pixels: PIXEL_LIMIT, ..Limits::default() };
        let (pixels, _) = picture::decode_bounded(upload, limits).map_err(Unreadable)?;
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
