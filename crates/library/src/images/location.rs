//! From a name and a subfolder, which came from a request or the database, to paths.

use crate::LibraryError;
use invoke_domain::ImageName;
use std::path::{Path, PathBuf};

/// Longest file name of common file systems, in bytes.
const LONGEST_SEGMENT: usize = 255;

/// Where the two files of an image lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) image: PathBuf,
    pub(crate) thumbnail: PathBuf,
}

impl Location {
    /// The files of an image below `images`. Refuses whatever could name anything else.
    pub(crate) fn new(images: &Path, name: &ImageName, subfolder: &str) -> Result<Self, LibraryError> {
        let is_safe = is_plain(name.as_str()) && (subfolder.is_empty() || subfolder.split('/').all(is_plain));
        if !is_safe {
            return Err(LibraryError::UnsafeName { name: name.0.clone(), subfolder: subfolder.to_owned() });
        }
        let folder = |root: PathBuf| if subfolder.is_empty() { root } else { root.join(subfolder) };
        Ok(Self {
            image: folder(images.to_owned()).join(name.as_str()),
            thumbnail: folder(images.join("thumbnails")).join(name.as_str()).with_extension("webp"),
        })
    }

    /// Every file the image may have, those still being written included.
    pub(crate) fn all_files(&self) -> [PathBuf; 4] {
        [self.image.clone(), self.thumbnail.clone(), temporary(&self.image), temporary(&self.thumbnail)]
    }
}

/// What a file is called until it is complete. No image is ever called so, since names with a leading dot are refused.
pub(crate) fn temporary(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// Whether `segment` names something in the folder it is joined to, and is fit for a line of a log.
pub(crate) fn is_plain(segment: &str) -> bool {
    !segment.is_empty()
        && segment.len() <= LONGEST_SEGMENT
        && !segment.starts_with('.')
        && !segment.contains(['/', '\\'])
        && !segment.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn locate(name: &str, subfolder: &str) -> Result<Location, LibraryError> {
        Location::new(Path::new("/o/images"), &ImageName::from(name), subfolder)
    }

    #[test]
    fn both_files_lie_where_the_reference_puts_them() {
        let flat = locate("a-b.png", "").unwrap();
        assert_eq!(flat.image, Path::new("/o/images/a-b.png"));
        assert_eq!(flat.thumbnail, Path::new("/o/images/thumbnails/a-b.webp"));
        let deep = locate("a.png", "2026/03/17").unwrap();
        assert_eq!(deep.image, Path::new("/o/images/2026/03/17/a.png"));
        assert_eq!(deep.thumbnail, Path::new("/o/images/thumbnails/2026/03/17/a.webp"));
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for (name, subfolder) in [
            ("../a.png", ""),
            ("/etc/passwd", ""),
            ("..", ""),
            ("", ""),
            (".a.png.part", ""),
            ("a\\b.png", ""),
            ("a\nb.png", ""),
            ("a.png", ".."),
            ("a.png", "/etc"),
            ("a.png", "a//b"),
            ("a.png", "a/../../b"),
            ("a.png", "a\0b"),
        ] {
            let refused = locate(name, subfolder);
            assert!(matches!(refused, Err(LibraryError::UnsafeName { .. })), "{name:?} in {subfolder:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_the_images_folder(name in ".{0,20}", subfolder in "[a./\\\\]{0,12}") {
            if let Ok(location) = locate(&name, &subfolder) {
                for path in location.all_files() {
                    prop_assert!(path.starts_with("/o/images"), "{}", path.display());
                    prop_assert!(!path.components().any(|part| part == std::path::Component::ParentDir));
                }
            }
        }
    }
}
