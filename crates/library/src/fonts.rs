//! The fonts in the fonts folder, for text on the canvas. Files are named by paths below the folder; symbolic links are
//! not followed, so that nothing outside it can be read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

/// Longer files are no fonts; the largest with all of Chinese have 40 megabytes.
const FILE_LIMIT: u64 = 64 << 20;
/// Fonts beyond this many are not listed.
const MOST_FILES: usize = 2_000;
/// Folders within folders beyond this depth are not looked into.
const DEEPEST: usize = 8;

/// What can go wrong with fonts.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// There is no such file.
    #[error("Font file not found")]
    NotFound,
    /// The path leads out of the folder.
    #[error("Invalid font path")]
    InvalidPath,
    /// It is no font.
    #[error("Unsupported font format")]
    UnsupportedFormat,
}

/// Fonts that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its name.
    pub name: String,
    /// Its faces, the plainest first.
    pub faces: Vec<Face>,
}

/// One face of a family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Face {
    /// The file, below the fonts folder.
    pub path: String,
    /// From 1 (thin) to 1000; 400 is regular.
    pub weight: u16,
    /// Slanted.
    pub is_italic: bool,
}

/// The media type of a font file, by its name; `None` when it is no font.
fn media_type(path: &Path) -> Option<&'static str> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "ttf" => Some("font/ttf"),
        "otf" => Some("font/otf"),
        "woff" => Some("font/woff"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

/// The families in `folder`, by name. What cannot be read is left out.
///
/// # Errors
/// None at present.
pub fn list(folder: &Path) -> Result<Vec<Family>, FontError> {
    let mut files = Vec::new();
    collect(folder, DEEPEST, &mut files);
    files.sort();
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for path in files {
        let Some(relative) = path.strip_prefix(folder).ok().and_then(Path::to_str) else { continue };
        let Some((name, weight, is_italic)) = describe(&path) else { continue };
        let face = Face { path: relative.to_owned(), weight, is_italic };
        let family = families.entry(name.to_lowercase()).or_insert_with(|| Family { name, faces: Vec::new() });
        // Of two files with the same face the first is as good as the second.
        if !family.faces.iter().any(|known| (known.weight, known.is_italic) == (weight, is_italic)) {
            family.faces.push(face);
        }
    }
    let mut families: Vec<Family> = families.into_values().collect();
    for family in &mut families {
        family.faces.sort_by_key(|face| (face.is_italic, face.weight.abs_diff(400), face.weight));
    }
    Ok(families)
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        // The kind of the entry itself: a link is neither file nor folder.
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() && depth > 0 {
            collect(&entry.path(), depth - 1, files);
        } else if kind.is_file() && media_type(&entry.path()).is_some() && files.len() < MOST_FILES {
            files.push(entry.path());
        }
    }
}

/// Family, weight and slant: from the file where it can be read, else from its name.
fn describe(path: &Path) -> Option<(String, u16, bool)> {
    let stem = path.file_stem()?.to_str()?.to_owned();
    if !matches!(media_type(path)?, "font/ttf" | "font/otf") {
        // The others are compressed; browsers read them, and the name must do here.
        return Some((stem, 400, false));
    }
    let bytes = read_file(path).ok()?;
    let face = ttf_parser::Face::parse(&bytes, 0).ok()?;
    // The typographic family groups more faces than the four of the old one.
    let name = [ttf_parser::name_id::TYPOGRAPHIC_FAMILY, ttf_parser::name_id::FAMILY]
        .into_iter()
        .find_map(|id| face.names().into_iter().filter(|name| name.name_id == id).find_map(|name| name.to_string()))?;
    let name = name.trim().to_owned();
    (!name.is_empty()).then(|| (name, face.weight().to_number(), face.is_italic() || face.is_oblique()))
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A font file with its media type.
///
/// # Errors
/// When `path` does not name a font below `folder`.
pub fn read(folder: &Path, path: &str) -> Result<(Vec<u8>, &'static str), FontError> {
    let relative = Path::new(path);
    if path.contains('\0') || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(FontError::InvalidPath);
    }
    let mut file = folder.to_owned();
    for part in relative.components() {
        file.push(part);
        let about = file.symlink_metadata().map_err(|_| FontError::NotFound)?;
        if about.is_symlink() {
            return Err(FontError::InvalidPath);
        }
    }
    if !file.is_file() {
        return Err(FontError::NotFound);
    }
    let kind = media_type(&file).ok_or(FontError::UnsupportedFormat)?;
    let bytes = read_file(&file).map_err(|_| FontError::NotFound)?;
    Ok((bytes, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_folder_can_be_named() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("fonts");
        fs::create_dir(&folder).unwrap();
        fs::write(root.path().join("secret.ttf"), "x").unwrap();
        std::os::unix::fs::symlink(root.path().join("secret.ttf"), folder.join("link.ttf")).unwrap();
        std::os::unix::fs::symlink(root.path(), folder.join("up")).unwrap();
        let absolute = root.path().join("secret.ttf");
        for path in
            ["../secret.ttf", "link.ttf", "up/secret.ttf", "a/../../secret.ttf", absolute.to_str().unwrap(), "a\0.ttf"]
        {
            assert!(read(&folder, path).is_err(), "{path}");
        }
        assert!(list(&folder).unwrap().is_empty());
    }

    #[test]
    fn a_file_is_given_out_with_its_kind_and_only_when_it_is_a_font() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/a.WOFF2"), "wOF2").unwrap();
        fs::write(folder.path().join("notes.txt"), "x").unwrap();
        assert_eq!(read(folder.path(), "deep/a.WOFF2").unwrap(), (b"wOF2".to_vec(), "font/woff2"));
        assert!(matches!(read(folder.path(), "notes.txt"), Err(FontError::UnsupportedFormat)));
        assert!(matches!(read(folder.path(), "deep"), Err(FontError::NotFound)));
        assert!(matches!(read(folder.path(), ""), Err(FontError::NotFound)));
        let families = list(folder.path()).unwrap();
        let face = Face { path: "deep/a.WOFF2".to_owned(), weight: 400, is_italic: false };
        assert_eq!(families, [Family { name: "a".to_owned(), faces: vec![face] }]);
    }

    #[test]
    fn a_file_that_only_pretends_to_be_a_font_is_not_listed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.ttf"), "not a font").unwrap();
        fs::write(folder.path().join("b.otf"), [0_u8; 4096]).unwrap();
        assert!(list(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn a_folder_that_is_not_there_has_no_fonts() {
        assert!(list(Path::new("/does/not/exist")).unwrap().is_empty());
    }
}
