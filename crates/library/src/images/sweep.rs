//! Removing files that have no row.

use super::location::Location;
use super::{Images, files};
use crate::LibraryError;
use invoke_storage::Database;
use invoke_storage::file_deletions::{self, PendingDeletion, Reason};
use std::path::{Path, PathBuf};

impl Images {
    /// Removes what an earlier run left: files of images it was storing, and of images whose rows it had deleted. Only
    /// for the start of the server, before anything stores. Says how many images' files were removed.
    pub fn sweep_leftovers(&self) -> Result<usize, LibraryError> {
        Ok(self.sweep(Reason::Storing)? + self.sweep_deleted()?)
    }

    /// Removes the files of images whose rows are gone. At any time, and by any process.
    pub fn sweep_deleted(&self) -> Result<usize, LibraryError> {
        self.sweep(Reason::Deleted)
    }

    fn sweep(&self, reason: Reason) -> Result<usize, LibraryError> {
        let pending = self.0.db.read(|tx| file_deletions::list(tx, reason))?;
        Ok(pending.iter().filter(|pending| self.remove_files(pending)).count())
    }

    /// Removes one image's files and then the note about them. What fails is logged and stays noted for the next sweep.
    pub(super) fn remove_files(&self, pending: &PendingDeletion) -> bool {
        remove_files(&self.0.db, &self.0.folder, pending)
    }
}

/// Removes the files of one image below `images` and then the note about them; whether it could.
pub(crate) fn remove_files(db: &Database, images: &Path, pending: &PendingDeletion) -> bool {
    let removed = Location::new(images, &pending.name, &pending.subfolder).and_then(|location| {
        let paths = location.all_files();
        files::remove(paths.iter().map(PathBuf::as_path))?;
        Ok(db.write(|tx| file_deletions::delete(tx, &pending.name))?)
    });
    if let Err(error) = &removed {
        tracing::warn!(image = %pending.name, error = error as &dyn std::error::Error, "could not remove files");
    }
    removed.is_ok()
}
