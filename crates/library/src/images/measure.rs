//! How many bytes images take, for those whose files were written before sizes were kept, or by another program.

use super::Images;
use super::location::Location;
use crate::LibraryError;
use invoke_storage::image_sizes;

/// Measured and written at a time; others get to write in between.
const AT_ONCE: usize = 200;

impl Images {
    /// Measures every image whose size is not known; says how many. A file that is missing takes no bytes. For a thread of
    /// its own after the start.
    pub fn measure(&self) -> Result<usize, LibraryError> {
        let mut measured = 0;
        loop {
            let missing = self.0.db.read(|tx| image_sizes::list_missing(tx, AT_ONCE))?;
            if missing.is_empty() {
                return Ok(measured);
            }
            let sizes: Vec<u64> = missing
                .iter()
                .map(|(name, subfolder)| {
                    Location::new(&self.0.folder, name, subfolder).map_or(0, |location| {
                        let size = |path| std::fs::metadata(path).map_or(0, |file| file.len());
                        size(&location.image) + size(&location.thumbnail)
                    })
                })
                .collect();
            self.0.db.write(|tx| {
                missing.iter().zip(&sizes).try_for_each(|((name, _), bytes)| image_sizes::insert(tx, name, *bytes))
            })?;
            measured += missing.len();
        }
    }
}
