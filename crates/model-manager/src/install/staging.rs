//! The folder an installation works in, and the way out of it: files get into the models folder by one renaming, when they
//! are whole and on the disk.

use crate::ModelError;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Component, Path, PathBuf};

/// How the reference begins the names of such folders.
pub(crate) const PREFIX: &str = "tmpinstall_";
/// What is about to become a model's folder.
const READY: &str = ".ready";
/// A copy from another file system that is not whole.
const COPYING: &str = ".copying";

/// A folder below the models folder that belongs to one installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Staging(PathBuf);

impl Staging {
    /// A new one, for its owner only: what is in it may be secret until it is installed.
    pub(crate) fn make(models_dir: &Path, name: &str) -> io::Result<Self> {
        std::fs::create_dir_all(models_dir)?;
        let folder = models_dir.join(format!("{PREFIX}{name}"));
        std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }

    /// Those that earlier runs have left, in order of their names.
    pub(crate) fn left(models_dir: &Path) -> Vec<Self> {
        let entries = std::fs::read_dir(models_dir).into_iter().flatten().flatten();
        let ours = entries.filter(|entry| {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            is_folder && entry.file_name().to_string_lossy().starts_with(PREFIX)
        });
        let mut found: Vec<Self> = ours.map(|entry| Self(entry.path())).collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found
    }

    /// Makes it once more, should it have been removed.
    pub(crate) fn make_again(&self) -> io::Result<()> {
        std::fs::DirBuilder::new().mode(0o700).recursive(true).create(&self.0)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The file or folder directly in it that `path` is or lies in.
    pub(crate) fn first_below(&self, path: &Path) -> Option<PathBuf> {
        match path.strip_prefix(&self.0).ok()?.components().next()? {
            Component::Normal(first) => Some(self.0.join(first)),
            _ => None,
        }
    }

    /// Takes `content` (a file or folder) so that [`Staging::give`] can make it a model's folder. What lies on another file
    /// system is copied and stays there until the model is in the list.
    pub(crate) fn take(&self, content: &Path) -> Result<Taken, ModelError> {
        let failed = |source| ModelError::File { action: "moving", path: content.to_owned(), source };
        let ready = self.0.join(READY);
        let is_file = content.is_file();
        let name = content.file_name().unwrap_or_default();
        let target = if is_file { ready.join(name) } else { ready.clone() };
        if is_file {
            std::fs::create_dir_all(&ready).map_err(failed)?;
        }
        let taken = match std::fs::rename(content, &target) {
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                let copying = self.0.join(COPYING);
                remove(&copying).map_err(failed)?;
                copy(content, &copying).map_err(failed)?;
                std::fs::rename(&copying, &target).map_err(failed)?;
                Taken::Copied
            }
            other => other.map(|()| Taken::Moved).map_err(failed)?,
        };
        sync_all(&ready).and_then(|()| sync_folder(&self.0)).map_err(failed)?;
        Ok(taken)
    }

    /// What [`Staging::take`] took, if an earlier run came that far: the file called `file`, or the folder.
    pub(crate) fn taken(&self, file: Option<&str>) -> Option<PathBuf> {
        let ready = self.0.join(READY);
        let content = file.map_or_else(|| ready.clone(), |file| ready.join(file));
        content.exists().then_some(content)
    }

    /// Makes what was taken the folder `place`.
    pub(crate) fn give(&self, place: &Path) -> Result<(), ModelError> {
        let failed = |source| ModelError::File { action: "moving", path: place.to_owned(), source };
        std::fs::rename(self.0.join(READY), place).map_err(failed)?;
        sync_folder(place.parent().unwrap_or(place)).map_err(failed)
    }

    /// Undoes [`Staging::give`].
    pub(crate) fn take_back(&self, place: &Path) -> io::Result<()> {
        std::fs::rename(place, self.0.join(READY))
    }

    /// The one thing that was downloaded into it: the file or folder that becomes a model.
    pub(crate) fn content(&self) -> Option<PathBuf> {
        let entries = std::fs::read_dir(&self.0).ok()?.flatten();
        let shown = |entry: &std::fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            !name.starts_with('.') && !name.ends_with(".downloading")
        };
        let mut found = entries.filter(shown).map(|entry| entry.path());
        found.next().filter(|_| found.next().is_none())
    }

    /// Removes it with all that is in it.
    pub(crate) fn remove(&self) {
        if let Err(error) = remove(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "leftovers of an installation could not be removed");
        }
    }
}

/// How content came into the folder of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It was renamed.
    Moved,
    /// It was copied; the original is still there.
    Copied,
}

/// Removes a file or folder, if there is one.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let is_folder = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let removed = if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let unfinished = path.with_file_name(name);
    remove(&unfinished)?;
    let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    sync_folder(path.parent().unwrap_or(path))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if from.is_file() {
        return std::fs::copy(from, to).map(drop);
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Puts a folder with everything in it on the disk.
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync_all(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_folder(folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    crate::files::sync_names(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn staging(models: &Path) -> Staging {
        Staging::make(models, "test").unwrap()
    }

    #[test]
    fn a_file_becomes_a_folder_of_its_own_by_one_renaming() {
        let folder = tempfile::tempdir().unwrap();
        let staging = staging(folder.path());
        let source = folder.path().join("a.safetensors");
        std::fs::write(&source, "weights").unwrap();
        assert_eq!(staging.take(&source).unwrap(), Taken::Moved);
        assert!(!source.exists() && staging.taken(Some("a.safetensors")).is_some());
        let place = folder.path().join("key");
        staging.give(&place).unwrap();
        assert_eq!(std::fs::read(place.join("a.safetensors")).unwrap(), b"weights");
        staging.take_back(&place).unwrap();
        assert!(!place.exists() && staging.taken(Some("a.safetensors")).is_some());
    }

    #[test]
    fn a_folder_is_taken_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let staging = staging(folder.path());
        let source = folder.path().join("mine");
        std::fs::create_dir_all(source.join("unet")).unwrap();
        std::fs::write(source.join("unet/config.json"), "{}").unwrap();
        staging.take(&source).unwrap();
        staging.give(&folder.path().join("key")).unwrap();
        assert!(folder.path().join("key/unet/config.json").is_file());
    }

    #[test]
    fn a_place_that_is_taken_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let staging = staging(folder.path());
        let place = folder.path().join("key");
        std::fs::create_dir(&place).unwrap();
        std::fs::write(place.join("other"), "").unwrap();
        std::fs::write(folder.path().join("a.bin"), "").unwrap();
        staging.take(&folder.path().join("a.bin")).unwrap();
        assert!(staging.give(&place).is_err() && place.join("other").exists());
    }

    #[test]
    fn what_was_downloaded_is_the_one_thing_that_is_no_trace_of_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let staging = staging(folder.path());
        std::fs::write(staging.path().join(".invokeai_install.json"), "").unwrap();
        std::fs::write(staging.path().join("b.bin.downloading"), "").unwrap();
        assert_eq!(staging.content(), None);
        std::fs::write(staging.path().join("a.bin"), "").unwrap();
        assert_eq!(staging.content(), Some(staging.path().join("a.bin")));
        std::fs::write(staging.path().join("c.bin"), "").unwrap();
        assert_eq!(staging.content(), None);
    }
}
