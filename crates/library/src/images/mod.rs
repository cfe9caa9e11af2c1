//! Images: file, thumbnail and row.

mod bulk;
mod export;
pub(crate) mod files;
pub(crate) mod location;
mod measure;
mod moves;
mod place;
pub(crate) mod query;
mod store;
mod subfolder;
pub(crate) mod sweep;
mod upload;

#[cfg(test)]
mod tests;

pub use bulk::DeletedBoard;
pub use export::{Export, ExportFormat};
pub use moves::{MoveOperation, MoveStatus};
pub use place::Changed;
pub use query::{BoardChoice, Embedded, ImageQuery, NameList, Page, Variant};
pub use store::NewImage;
pub use subfolder::SubfolderStrategy;
pub use upload::Upload;

use crate::LibraryError;
use invoke_domain::{Clock, Random};
use invoke_storage::Database;
use jiff::tz::TimeZone;
use moves::Mover;
use parking_lot::{Mutex, RwLock};
use std::path::PathBuf;
use std::sync::Arc;

/// Where images go and how they are written.
#[derive(Debug, Clone)]
pub struct ImageSettings {
    /// The outputs folder; images lie in `images` below it.
    pub outputs_dir: PathBuf,
    /// How new images are spread over folders.
    pub subfolder_strategy: SubfolderStrategy,
    /// Compression level of PNG files, 0 to 9.
    pub png_compress_level: u8,
    /// Whose days [`SubfolderStrategy::Date`] means.
    pub time_zone: TimeZone,
}

impl ImageSettings {
    /// Everything as usual, below `outputs_dir`.
    pub fn new(outputs_dir: impl Into<PathBuf>) -> Self {
        Self {
            outputs_dir: outputs_dir.into(),
            subfolder_strategy: SubfolderStrategy::Flat,
            png_compress_level: 1,
            time_zone: TimeZone::system(),
        }
    }
}

/// All images. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct Images(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    folder: PathBuf,
    png_compress_level: u8,
    time_zone: TimeZone,
    subfolder_strategy: RwLock<SubfolderStrategy>,
    /// Taken for reading by whoever trusts that files lie where their rows say, for writing by whoever moves them.
    moving: RwLock<()>,
    mover: Arc<Mutex<Mover>>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Images {
    /// The images below `settings.outputs_dir`. Makes their folders.
    pub fn new(
        db: Database,
        settings: ImageSettings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, LibraryError> {
        let folder = settings.outputs_dir.join("images");
        files::make_folder(&folder.join("thumbnails"))?;
        Ok(Self(Arc::new(Inner {
            db,
            folder,
            png_compress_level: settings.png_compress_level,
            time_zone: settings.time_zone,
            subfolder_strategy: RwLock::new(settings.subfolder_strategy),
            moving: RwLock::new(()),
            mover: Arc::default(),
            clock,
            random,
        })))
    }

    /// Spreads new images in another way from now on.
    pub fn set_subfolder_strategy(&self, strategy: SubfolderStrategy) {
        *self.0.subfolder_strategy.write() = strategy;
    }
}
