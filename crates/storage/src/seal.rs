//! Whether anybody else has written the database since it was closed here. A small file beside it says how it looked then;
//! as long as that holds, what we keep about the reference's tables need not be compared with them again.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// Of what is compared; another number makes every file be looked through once more.
const VERSION: u32 = 1;

/// Put on when the database is closed, so this must be dropped after its connections; and when it is settled, for a program
/// that ends while something still has it open.
#[derive(Debug)]
pub(crate) struct Seal(PathBuf);

impl Seal {
    /// For the database in the file `database`.
    pub(crate) fn of(database: &Path) -> Self {
        Self(database.to_owned())
    }
}

impl Drop for Seal {
    fn drop(&mut self) {
        self.put_on();
    }
}

impl Seal {
    /// Says how the file looks now, where all of the database is in it.
    pub(crate) fn put_on(&self) {
        // Without it the next opening takes longer, that is all.
        let _ = match looks(&self.0) {
            Some(looks) => std::fs::write(place(&self.0), looks),
            None => std::fs::remove_file(place(&self.0)),
        };
    }
}

/// Whether the file is as it was when it was closed here.
pub(crate) fn is_intact(database: &Path) -> bool {
    let sealed = std::fs::read_to_string(place(database)).ok();
    sealed.is_some() && sealed == looks(database)
}

fn place(database: &Path) -> PathBuf {
    beside(database, ".seal")
}

/// What changes whenever anybody writes the file; nothing while the journal holds what is not in it yet.
fn looks(database: &Path) -> Option<String> {
    if std::fs::metadata(beside(database, "-wal")).is_ok_and(|journal| journal.len() > 0) {
        return None;
    }
    let file = std::fs::metadata(database).ok()?;
    Some(format!("{VERSION} {} {} {}.{:09}\n", file.ino(), file.len(), file.mtime(), file.mtime_nsec()))
}

fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::add_user;
    use crate::{Database, StorageSettings};
    use invoke_domain::{OsRandom, SystemClock};
    use std::sync::Arc;

    #[test]
    fn a_settled_database_is_sealed_until_somebody_writes_though_it_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("invokeai.db");
        let db = Database::open(&StorageSettings::file(&path), Arc::new(SystemClock), &OsRandom).unwrap();
        assert!(!is_intact(&path), "never sealed");
        db.settle().unwrap();
        assert!(is_intact(&path));
        add_user(&db, "alice");
        assert!(!is_intact(&path), "written since");
        drop(db);
        assert!(is_intact(&path), "closed");
    }
}
