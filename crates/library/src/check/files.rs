//! Image files and image rows beside each other.

use super::{Check, FindingKind, Found, Unknown};
use crate::LibraryError;
use crate::images::files;
use crate::images::location::Location;
use invoke_storage::{StorageError, consistency};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folder of the small pictures, below that of the images.
const THUMBNAILS: &str = "thumbnails";

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LibraryError {
    let path = path.to_owned();
    move |source| LibraryError::File { doing, path, source }
}

/// Rows without files, then files without rows.
pub(super) fn compare(check: &Check<'_>, found: &mut Found) -> Result<(), LibraryError> {
    let images = check.images_dir();
    check.db.read(|tx| {
        consistency::visit_images(tx, &check.grant, |name, subfolder| {
            found.images += 1;
            let place = Location::new(&images, &name, &subfolder).ok();
            if !place.as_ref().is_some_and(|place| place.image.is_file()) {
                found.add(FindingKind::MissingImage, format!("image `{name}` in folder `{subfolder}` has no file"));
                found.missing.push(name);
            } else if !place.is_some_and(|place| place.thumbnail.is_file()) {
                found.add(FindingKind::MissingThumbnail, format!("image `{name}` has no thumbnail"));
            }
        })
    })?;
    for (file, is_thumbnail) in list(&images)? {
        let known = check.db.read(|tx| {
            let below = if is_thumbnail { file.strip_prefix(THUMBNAILS).unwrap_or(&file) } else { &file };
            let subfolder = below.parent().and_then(Path::to_str).unwrap_or_default();
            let part = if is_thumbnail { file.file_stem() } else { file.file_name() };
            match part.and_then(|part| part.to_str()) {
                Some(stem) if is_thumbnail => consistency::has_thumbnail(tx, &check.grant, stem, subfolder),
                Some(name) => consistency::has_image(tx, &check.grant, name, subfolder),
                None => Ok::<_, StorageError>(false),
            }
        })?;
        if !known {
            let unknown = Unknown { file: images.join(&file), place: Path::new("images").join(file) };
            found.add_unknown(unknown, "image");
        }
    }
    Ok(())
}

/// Every file below the folder of images, by its path there, and whether it lies among the thumbnails. Symbolic links and
/// folders whose name begins with a dot are somebody else's business.
fn list(images: &Path) -> Result<Vec<(PathBuf, bool)>, LibraryError> {
    let (mut files, mut folders) = (Vec::new(), vec![PathBuf::new()]);
    while let Some(folder) = folders.pop() {
        let place = images.join(&folder);
        if !place.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&place).map_err(failed("list", &place))? {
            let entry = entry.map_err(failed("list", &place))?;
            let kind = entry.file_type().map_err(failed("look at", &place))?;
            let path = folder.join(entry.file_name());
            if kind.is_dir() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
                folders.push(path);
            } else if kind.is_file() {
                let is_thumbnail = path.starts_with(THUMBNAILS);
                files.push((path, is_thumbnail));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Moves a file, making the folders of its new place, which may lie on another disk.
pub(super) fn move_to(from: &Path, to: &Path) -> Result<(), LibraryError> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder).map_err(failed("make the folder", folder))?;
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            let bytes = fs::read(from).map_err(failed("read", from))?;
            files::write(to, &bytes)?;
            fs::remove_file(from).map_err(failed("remove", from))
        }
        moved => moved.map_err(failed("move", from)),
    }
}
