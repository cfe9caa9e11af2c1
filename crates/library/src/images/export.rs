//! Copies of images for people who look into folders: below `exports` in the outputs, under names they choose.

use super::{Images, files};
use crate::LibraryError;
use crate::images::location::is_plain;
use invoke_domain::ImageName;
use invoke_imaging::{Mode, jpeg, png, webp};
use invoke_permissions::Actor;
use std::path::PathBuf;

/// The folder of the outputs that exports go to; nothing else lies there.
const FOLDER: &str = "exports";

/// Folders below one another.
const DEEPEST: usize = 8;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Without loss.
    Png,
    /// Without transparency.
    Jpeg,
    /// With loss.
    Webp,
}

impl ExportFormat {
    /// The format of a file name's end: `png`, `jpg` or `webp`.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::Webp].into_iter().find(|format| format.extension() == text)
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Webp => "webp",
        }
    }
}

/// Where a copy goes and how it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Below `exports`, parts separated by `/`; may be empty.
    pub folder: String,
    /// What the file's name begins with; the image's own name without its end follows.
    pub prefix: String,
    /// What comes after that.
    pub suffix: String,
    /// Kind of file.
    pub format: ExportFormat,
    /// From 1 to 100, where the format loses something.
    pub quality: u8,
}

impl Images {
    /// Writes a copy of an image the actor may see, its pixels only. A file of that name is replaced.
    ///
    /// # Errors
    /// When there is no such image, folder or name would lead elsewhere, or the file cannot be written.
    pub fn export(&self, actor: &Actor, name: &ImageName, export: &Export) -> Result<PathBuf, LibraryError> {
        let path = self.export_path(name, export)?;
        let pixels = self.read_pixels(actor, name)?;
        let bytes = match export.format {
            ExportFormat::Png => png::encode(&pixels, self.0.png_compress_level, &[])?,
            ExportFormat::Jpeg if pixels.mode() == Mode::Rgba => {
                jpeg::encode(&pixels.convert(Mode::Rgb), export.quality)?
            }
            ExportFormat::Jpeg => jpeg::encode(&pixels, export.quality)?,
            ExportFormat::Webp => webp::encode(&pixels, f32::from(export.quality))?,
        };
        files::write(&path, &bytes)?;
        Ok(path)
    }

    fn export_path(&self, name: &ImageName, export: &Export) -> Result<PathBuf, LibraryError> {
        let stem = name.as_str().rsplit_once('.').map_or(name.as_str(), |(stem, _)| stem);
        let file = format!("{}{stem}{}.{}", export.prefix, export.suffix, export.format.extension());
        let parts: Vec<&str> = export.folder.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
        let is_safe =
            !export.folder.starts_with('/') && parts.len() <= DEEPEST && parts.iter().all(|part| is_plain(part));
        if !is_safe || !is_plain(&file) {
            return Err(LibraryError::UnsafeName { name: file, subfolder: export.folder.clone() });
        }
        let folder = parts.iter().fold(self.0.folder.with_file_name(FOLDER), |folder, part| folder.join(part));
        Ok(folder.join(file))
    }
}
