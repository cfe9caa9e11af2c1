//! Files that are there completely or not at all, and what lies below a folder.

use crate::ModelError;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// What a file that is being written ends with.
const PARTIAL: &str = ".part";

/// An error of a file, with what was tried.
pub(crate) fn failed(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ModelError {
    let path = path.to_owned();
    move |source| ModelError::File { action, path, source }
}

/// Writes a file under a temporary name in the same folder, makes it durable, and gives it its name.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), ModelError> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(failed("making", folder))?;
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(PARTIAL);
    let partial = path.with_file_name(name);
    let mut file = File::create(&partial).map_err(failed("creating", &partial))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed("writing", &partial))?;
    fs::rename(&partial, path).map_err(failed("renaming to", path))?;
    sync_folder(folder)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), ModelError> {
    sync_names(folder).map_err(failed("syncing", folder))
}

/// The same with the system's error. Some file systems cannot, and say so; there is nothing more to be had from them.
pub(crate) fn sync_names(folder: &Path) -> std::io::Result<()> {
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

/// Removes a file, or a folder with all that lies in it. What is not there is no error.
pub(crate) fn remove(path: &Path) -> Result<(), ModelError> {
    crate::install::remove(path).map_err(failed("deleting", path))
}

/// Everything below `folder`, folders included. Links to folders are not followed, so there is no way around in circles.
pub(crate) fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Bytes of a file, or of all files below a folder.
///
/// # Errors
/// When something can not be looked at.
pub fn size_on_disk(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    let files = entries(path)?.into_iter().filter(|entry| entry.is_file());
    files.map(|file| Ok(fs::metadata(file)?.len())).sum()
}

/// The number the reference records as `file_size`: for a folder the sizes of its folders are counted as well.
pub(crate) fn recorded_size(path: &Path) -> std::io::Result<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    entries(path)?.into_iter().map(|entry| Ok(fs::metadata(entry)?.len())).sum()
}

/// Whether a file of this name lies in the folder it is put into. Keys of old records may hold characters that other
/// systems forbid; here only a path is dangerous.
pub(crate) fn is_contained(name: &str) -> bool {
    !name.is_empty() && ![".", ".."].contains(&name) && !name.contains(|c: char| c == '/' || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_not_contained() {
        assert!(is_contained("1b2c") && is_contained("legacy:key") && is_contained("a\\b"));
        for name in ["", ".", "..", "a/b", "../a", "/a", "a\nb", "a\0"] {
            assert!(!is_contained(name), "{name:?}");
        }
    }

    #[test]
    fn a_file_is_written_whole_over_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/file.webp");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(entries(folder.path()).unwrap().len(), 2);
        remove(folder.path()).unwrap();
        remove(folder.path()).unwrap();
    }
}
