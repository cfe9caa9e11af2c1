//! Several images as one archive. It is written to a file in the background, picture by picture, and is there for one
//! download by the one who asked. Archives are gone with the process: their folder is emptied at the next start.

use crate::images::query::{BoardChoice, Variant};
use crate::{ImageQuery, Images, LibraryError};
use invoke_domain::{BoardId, ImageName, Random, UserId, new_uuid};
use invoke_events::{Bus, DownloadState, Event};
use invoke_permissions::Actor;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, ErrorKind, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Archives kept for one person at the same time; the oldest gives way.
const KEPT_PER_USER: usize = 8;
/// An archive's name is a file name; boards may have longer ones.
const LONGEST_BOARD_NAME: usize = 120;

/// All archives. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct Downloads(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    images: Images,
    folder: PathBuf,
    bus: Bus,
    random: Arc<dyn Random>,
    /// By name.
    archives: Mutex<HashMap<String, Archive>>,
    /// One is written at a time; pictures come from one disk.
    writing: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Archive {
    owner: UserId,
    number: u64,
    finished: bool,
}

/// What to put into an archive.
#[derive(Debug, Clone)]
pub enum Wanted {
    /// These images, all of which the actor must see.
    Images(Vec<ImageName>),
    /// What lies on this board, or on none.
    Board(Option<BoardId>),
}

/// An archive that is going to be written.
#[derive(Debug)]
pub struct Order {
    downloads: Downloads,
    actor: Actor,
    id: String,
    images: Vec<ImageName>,
}

impl Downloads {
    /// Archives of `images`, in a folder for nothing else, which is made, and emptied of what an earlier run left. Not the
    /// system's temporary folder: that is often memory, and nobody would look there after a crash.
    pub fn new(images: Images, folder: PathBuf, bus: Bus, random: Arc<dyn Random>) -> Result<Self, LibraryError> {
        let failed = |doing| {
            let path = folder.clone();
            move |source| LibraryError::File { doing, path, source }
        };
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed("empty the folder")(error)),
            _ => fs::create_dir_all(&folder).map_err(failed("make the folder"))?,
        }
        let (archives, writing) = (Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { images, folder, bus, random, archives, writing })))
    }

    /// Checks that the actor may have all of it, and promises an archive. Somebody has to call [`Order::write`].
    pub fn order(&self, actor: &Actor, wanted: Wanted) -> Result<Order, LibraryError> {
        let uuid = new_uuid(&*self.0.random);
        let (id, images) = match wanted {
            Wanted::Images(names) => {
                for name in &names {
                    self.0.images.get(actor, name)?;
                }
                (uuid, names)
            }
            Wanted::Board(board) => {
                let choice = board.clone().map_or(BoardChoice::Uncategorized, BoardChoice::Board);
                let query = ImageQuery { board: choice, ..ImageQuery::default() };
                let names = self.0.images.list_names(actor, &query)?.names;
                let name = match &board {
                    Some(id) => clean(&self.0.images.board_name(actor, id)?),
                    None => "Uncategorized".to_owned(),
                };
                (format!("{name}_{uuid}"), names)
            }
        };
        self.keep(&format!("{id}.zip"), actor.user_id());
        Ok(Order { downloads: self.clone(), actor: actor.clone(), id, images })
    }

    /// Remembers a promised archive, and forgets the oldest one of a person who has too many.
    fn keep(&self, name: &str, owner: &UserId) {
        let mut archives = self.0.archives.lock();
        let number = archives.values().map(|archive| archive.number + 1).max().unwrap_or_default();
        let mut own: Vec<(u64, String)> = archives
            .iter()
            .filter(|(_, archive)| archive.owner == *owner && archive.finished)
            .map(|(name, archive)| (archive.number, name.clone()))
            .collect();
        own.sort();
        for (_, oldest) in own.iter().take((own.len() + 1).saturating_sub(KEPT_PER_USER)) {
            archives.remove(oldest);
            // One that cannot be removed now goes with the folder.
            let _ = fs::remove_file(self.path(oldest));
        }
        archives.insert(name.to_owned(), Archive { owner: owner.clone(), number, finished: false });
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.folder.join(name)
    }

    /// Hands out a finished archive, open, and forgets it.
    pub fn take(&self, actor: &Actor, name: &str) -> Result<File, LibraryError> {
        let missing = || LibraryError::DownloadNotFound { name: name.to_owned() };
        let mut archives = self.0.archives.lock();
        let archive = archives.get(name).ok_or_else(missing)?;
        if archive.owner != *actor.user_id() {
            return Err(LibraryError::ForeignDownload);
        }
        if !archive.finished {
            return Err(missing());
        }
        // Names are those of this list, so the path lies in the folder.
        let path = self.path(name);
        let file = File::open(&path).map_err(|_| missing())?;
        archives.remove(name);
        let _ = fs::remove_file(path);
        Ok(file)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // What cannot be removed now is at the next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Order {
    /// The archive's name.
    pub fn name(&self) -> String {
        format!("{}.zip", self.id)
    }

    /// Writes the archive, and tells those who wait for it.
    pub fn write(self) {
        self.tell(DownloadState::Started);
        let inner = &self.downloads.0;
        let written = {
            let _turn = inner.writing.lock();
            self.write_file()
        };
        match written {
            Ok(()) => {
                if let Some(archive) = inner.archives.lock().get_mut(&self.name()) {
                    archive.finished = true;
                }
                self.tell(DownloadState::Complete);
            }
            Err(error) => {
                tracing::error!(%error, "an archive could not be written");
                inner.archives.lock().remove(&self.name());
                let _ = fs::remove_file(self.downloads.path(&self.name()));
                self.tell(DownloadState::Failed("The archive could not be written".to_owned()));
            }
        }
    }

    fn tell(&self, state: DownloadState) {
        self.downloads.0.bus.send(Event::Download {
            id: self.id.clone(),
            name: self.name(),
            user_id: self.actor.user_id().clone(),
            state,
        });
    }

    /// Pictures are compressed already, so they are stored as they are. What went away since it was asked for is left out.
    fn write_file(&self) -> Result<(), LibraryError> {
        let path = self.downloads.path(&self.name());
        let failed = |source: std::io::Error| LibraryError::File { doing: "write", path: path.clone(), source };
        let mut archive = ZipWriter::new(BufWriter::new(File::create(&path).map_err(failed)?));
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored).unix_permissions(0o644);
        let images = &self.downloads.0.images;
        for name in &self.images {
            let opened = images
                .get(&self.actor, name)
                .and_then(|record| Ok((record.category, images.open(&self.actor, name, Variant::Full)?)));
            let (category, file) = match opened {
                Ok(opened) => opened,
                Err(LibraryError::ImageNotFound { .. } | LibraryError::FileMissing { .. }) => continue,
                Err(error) => return Err(error),
            };
            let size = file.metadata().map_err(failed)?.len();
            // The name was checked when the file was opened: it is one plain segment.
            let entry = format!("{}/{name}", category.as_str());
            let options = options.large_file(size >= u64::from(u32::MAX));
            archive.start_file(entry, options).map_err(|error| failed(error.into()))?;
            std::io::copy(&mut BufReader::new(file), &mut archive).map_err(failed)?;
        }
        let mut file = archive.finish().map_err(|error| failed(error.into()))?;
        file.flush().map_err(failed)
    }
}

/// Letters, digits, blanks, `_` and `-`, as in the reference; nothing that means anything in a path or a header.
fn clean(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric() || [' ', '_', '-'].contains(c)).collect();
    let mut end = LONGEST_BOARD_NAME.min(kept.len());
    while !kept.is_char_boundary(end) {
        end -= 1;
    }
    kept[..end].trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_boards_name_is_made_fit_for_a_file() {
        assert_eq!(clean("Alice private (renamed)"), "Alice private renamed");
        assert_eq!(clean("../../etc/passwd\r\n\"x\""), "etcpasswdx");
        assert_eq!(clean("Größe 山_1-2 "), "Größe 山_1-2");
        assert!(clean(&"ü".repeat(500)).len() <= 120);
    }
}
