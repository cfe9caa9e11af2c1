//! Folders for what workers keep while they live.

use crate::RunnerError;
use invoke_domain::{Random, new_uuid};
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

const PREFIX: &str = "worker-";

/// Makes the folder that holds them, and removes what workers of a killed server left in it.
pub(crate) fn prepare(folder: &Path) -> Result<(), RunnerError> {
    let failed = |source| RunnerError::Scratch { path: folder.to_owned(), source };
    fs::create_dir_all(folder).map_err(failed)?;
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            fs::remove_dir_all(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// One worker's folder; removed when dropped.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(folder: &Path, random: &dyn Random) -> io::Result<Self> {
        let path = folder.join(format!("{PREFIX}{}", new_uuid(random)));
        fs::DirBuilder::new().mode(0o700).create(&path)?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a worker's scratch folder was not removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use invoke_domain::OsRandom;

    #[test]
    fn leftovers_go_and_other_files_stay() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("scratch");
        prepare(&folder).unwrap();
        let left = Scratch::new(&folder, &OsRandom).unwrap();
        fs::write(left.path().join("tensor"), "x").unwrap();
        let path = left.path().to_owned();
        std::mem::forget(left);
        fs::write(folder.join("other"), "x").unwrap();

        prepare(&folder).unwrap();
        assert!(!path.exists());
        assert!(folder.join("other").exists());

        let scratch = Scratch::new(&folder, &OsRandom).unwrap();
        let path = scratch.path().to_owned();
        assert!(path.is_dir());
        drop(scratch);
        assert!(!path.exists());
    }
}
