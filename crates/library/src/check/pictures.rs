//! Pictures of workflows, style presets and models: one file each, called by the id of what it shows. No row promises one,
//! so none is missing; but a file may be left of something that is gone.

use super::{Check, Found, Unknown};
use crate::LibraryError;
use invoke_storage::StorageError;
use invoke_storage::consistency::{self, Pictured};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Files of pictures that show nothing any more, and those that were never finished.
pub(super) fn compare(check: &Check<'_>, found: &mut Found) -> Result<(), LibraryError> {
    let folders = &check.folders;
    for (pictured, what, folder, place) in [
        (Pictured::Workflow, "workflow", folders.workflow_thumbnails_dir.clone(), "workflow_thumbnails"),
        (Pictured::StylePreset, "style preset", folders.style_presets_dir.join("images"), "style_presets/images"),
        (Pictured::Model, "model", folders.models_dir.join("model_images"), "model_images"),
    ] {
        for name in list(&folder)? {
            let id = name.to_str().and_then(|name| name.strip_suffix(".webp"));
            let is_known = check.db.read(|tx| match id {
                Some(id) => consistency::is_there(tx, &check.grant, pictured, id),
                None => Ok::<_, StorageError>(false),
            })?;
            if !is_known {
                let unknown = Unknown { file: folder.join(&name), place: Path::new(place).join(&name) };
                found.add_unknown(unknown, what);
            }
        }
    }
    Ok(())
}

/// The names of the files in a folder, in order; none where there is no such folder.
fn list(folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let failed = |source| LibraryError::File { doing: "list", path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file() {
            names.push(PathBuf::from(entry.file_name()));
        }
    }
    names.sort();
    Ok(names)
}
