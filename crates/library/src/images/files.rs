//! Files that are there completely or not at all, also after a power loss.

use super::location::temporary;
use crate::LibraryError;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::Path;

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
