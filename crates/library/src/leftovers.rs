//! Files whose rows went with their owner: those of images, and of everything else that has any. Removed at once by whoever
//! removed the account, and at the start of the server when that did not come to an end.

use crate::LibraryError;
use crate::images::location::is_plain;
use crate::images::{files, sweep};
use invoke_storage::Database;
use invoke_storage::file_deletions::{self, OwnedFile, OwnedKind, Reason};
use std::path::{Path, PathBuf};

/// The folders that hold files of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnedFolders {
    /// Images lie in `images` below it, videos in `videos`.
    pub outputs_dir: PathBuf,
    /// Pictures of workflows.
    pub workflow_thumbnails_dir: PathBuf,
    /// Pictures of style presets lie in `images` below it.
    pub style_presets_dir: PathBuf,
}

/// Files to be removed. Needs no running server: commands use it as well.
#[derive(Debug, Clone)]
pub struct Leftovers {
    db: Database,
    folders: OwnedFolders,
}

impl Leftovers {
    /// What is noted in `db` about files below `folders`.
    pub fn new(db: Database, folders: OwnedFolders) -> Self {
        Self { db, folders }
    }

    /// Removes the files whose rows are gone. At any time, and by any process. Says of how many images, videos and
    /// pictures files were removed; what could not be removed is logged and stays noted.
    pub fn sweep(&self) -> Result<usize, LibraryError> {
        let (images, others) = self.db.read(|tx| {
            let images = file_deletions::list(tx, Reason::Deleted)?;
            Ok::<_, LibraryError>((images, file_deletions::list_owned(tx)?))
        })?;
        let folder = self.folders.outputs_dir.join("images");
        let images = images.iter().filter(|pending| sweep::remove_files(&self.db, &folder, pending)).count();
        Ok(images + others.iter().filter(|file| self.remove(file)).count())
    }

    fn remove(&self, file: &OwnedFile) -> bool {
        let removed = self.paths(file).and_then(|paths| {
            files::remove(paths.iter().map(PathBuf::as_path))?;
            Ok(self.db.write(|tx| file_deletions::delete_owned(tx, file).map(drop))?)
        });
        if let Err(error) = &removed {
            tracing::warn!(file = file.name, error = error as &dyn std::error::Error, "could not remove files");
        }
        removed.is_ok()
    }

    /// Where the reference keeps them. Refuses names that could lead anywhere else.
    fn paths(&self, file: &OwnedFile) -> Result<Vec<PathBuf>, LibraryError> {
        let OwnedFile { kind, name, subfolder } = file;
        if !is_plain(name) || !(subfolder.is_empty() || subfolder.split('/').all(is_plain)) {
            return Err(LibraryError::UnsafeName { name: name.clone(), subfolder: subfolder.clone() });
        }
        Ok(match kind {
            OwnedKind::WorkflowThumbnail => vec![self.folders.workflow_thumbnails_dir.join(format!("{name}.webp"))],
            OwnedKind::StylePresetImage => {
                vec![self.folders.style_presets_dir.join("images").join(format!("{name}.webp"))]
            }
            OwnedKind::Video => {
                let videos = self.folders.outputs_dir.join("videos");
                let below = |folder: &Path| {
                    if subfolder.is_empty() { folder.join(name) } else { folder.join(subfolder).join(name) }
                };
                vec![
                    below(&videos),
                    below(&videos.join("thumbnails")).with_extension("webp"),
                    below(&videos.join("sidecars")).with_extension("json"),
                ]
            }
        })
    }
}

#[cfg(test)]
mod tests;
