//! Copying folders so that an interruption leaves no half file under a final name.

use crate::LibraryError;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

/// Folders below the outputs that hold nothing to keep: what running items put aside.
const SCRATCH: [&str; 2] = ["tensors", "conditioning"];

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LibraryError {
    let path = path.to_owned();
    move |source| LibraryError::File { doing, path, source }
}

/// Makes a folder that only its owner may look into, where there is none.
pub(super) fn make_private_folder(folder: &Path) -> Result<(), LibraryError> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed("make the folder", folder))
}

/// Adds every file of `from` that `to` lacks or has in another size. Hidden files (those being written), scratch folders
/// and symbolic links are left out. Says how many were added.
pub(super) fn add_missing(from: &Path, to: &Path) -> Result<u64, LibraryError> {
    let mut added = 0;
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    while let Some((source, target)) = folders.pop() {
        make_private_folder(&target)?;
        for entry in fs::read_dir(&source).map_err(failed("list", &source))? {
            let entry = entry.map_err(failed("list", &source))?;
            let (name, path) = (entry.file_name(), entry.path());
            let kind = entry.file_type().map_err(failed("look at", &path))?;
            let is_scratch = source == from && SCRATCH.iter().any(|scratch| name == *scratch);
            if name.as_encoded_bytes().starts_with(b".") || is_scratch {
                continue;
            }
            if kind.is_dir() {
                folders.push((path, target.join(name)));
            } else if kind.is_file() {
                added += u64::from(add(&path, &target.join(name))?);
            }
        }
    }
    Ok(added)
}

/// Whether the file was copied: it was missing, and is still there to be copied.
fn add(from: &Path, to: &Path) -> Result<bool, LibraryError> {
    let length = |path: &Path| fs::metadata(path).map(|file| file.len());
    let wanted = match length(from) {
        Ok(length) => length,
        // Deleted by its owner since the folder was listed.
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("look at", from)(error)),
    };
    if length(to).is_ok_and(|found| found == wanted) {
        return Ok(false);
    }
    copy(from, to)
}

/// Copies a file under a temporary name, makes it durable, and gives it its name; only its owner may read it. False when
/// it is gone.
pub(super) fn copy(from: &Path, to: &Path) -> Result<bool, LibraryError> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("read", from)(error)),
    };
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let partial = to.with_file_name(format!(".{name}.part"));
    let mut target = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .map_err(failed("create", &partial))?;
    std::io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(failed("write", &partial))?;
    fs::rename(&partial, to).map_err(failed("rename to", to))?;
    Ok(true)
}
