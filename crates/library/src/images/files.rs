//! Files that are there completely or not at all, also after a power loss.

use super::location::temporary;
use crate::LibraryError;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LibraryError {
    let path = path.to_owned();
    move |source| LibraryError::File { doing, path, source }
}

/// Writes a new file under a temporary name in the same folder, makes it durable, and gives it its name.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), LibraryError> {
    let folder = path.parent().unwrap_or(path);
    make_folder(folder)?;
    let partial = temporary(path);
    let mut file = File::create(&partial).map_err(failed("create", &partial))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("write", &partial))?;
    fs::rename(&partial, path).map_err(failed("rename to", path))?;
    sync_folder(folder)
}

/// Removes files; those that are not there are no error.
pub(crate) fn remove<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), LibraryError> {
    let mut folders: Vec<&Path> = Vec::new();
    for path in paths {
        match fs::remove_file(path) {
            Ok(()) => {
                let folder = path.parent().unwrap_or(path);
                if !folders.contains(&folder) {
                    folders.push(folder);
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(failed("remove", path)(error)),
        }
    }
    folders.into_iter().try_for_each(sync_folder)
}

/// Makes a folder and its missing parents, each durable in its own parent.
pub(crate) fn make_folder(folder: &Path) -> Result<(), LibraryError> {
    if folder.is_dir() {
        return Ok(());
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Ok(()) => parent.map_or(Ok(()), sync_folder),
        // Another thread stores into the same new folder.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        Err(error) => Err(failed("make the folder", folder)(error)),
    }
}

/// Makes the names in the folders of these files durable, each folder once.
pub(crate) fn sync_folders_of<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Result<(), LibraryError> {
    let folders: BTreeSet<&Path> = paths.into_iter().filter_map(|path| path.parent()).collect();
    // What was moved away last may have taken its folder along.
    folders.into_iter().filter(|folder| folder.is_dir()).try_for_each(sync_folder)
}

/// Makes the names in a folder durable. Some file systems cannot, and say so; there is nothing more to be had from them.
fn sync_folder(folder: &Path) -> Result<(), LibraryError> {
    let synced = File::open(folder).and_then(|folder| folder.sync_all());
    match synced {
        Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            Err(failed("sync the folder", folder)(error))
        }
        _ => Ok(()),
    }
}

/// Moves a file to another folder of the same file system. It is no error when it is there already. Durable once both
/// folders were synced.
pub(crate) fn relocate(from: &Path, to: &Path) -> Result<(), LibraryError> {
    match (from.exists(), to.exists()) {
        (false, true) => Ok(()),
        (true, true) => Err(LibraryError::Occupied { path: to.to_owned() }),
        (false, false) => {
            let name = from.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Err(LibraryError::FileMissing { name: name.into(), path: from.to_owned() })
        }
        (true, false) => {
            let folder = to.parent().unwrap_or(to);
            make_folder(folder)?;
            fs::rename(from, to).map_err(failed("move to", to))
        }
    }
}

/// Removes the folder of a file that was moved away, and those above it up to `root`, as far as they are empty.
pub(crate) fn remove_empty_folders(file: &Path, root: &Path) {
    let mut folder = file.parent();
    while let Some(path) = folder.filter(|path| *path != root && path.starts_with(root)) {
        // A folder that is not empty, or has gone, ends it.
        if fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}
