//! Looking for what does not fit together in an installation, and putting it right. Nothing is ever deleted that is a file:
//! files nobody knows go to a quarantine folder, with their place below it telling where they were.

mod files;
mod pictures;

use crate::LibraryError;
use invoke_domain::ImageName;
use invoke_permissions::{Actor, Grant, Manage, RuntimeSettings, policy};
use invoke_storage::{Database, StorageError, consistency};
use jiff::{Timestamp, tz::TimeZone};
use std::path::PathBuf;

/// Up to this many images may lack their files whatever the share is.
const FEW: usize = 10;

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingKind {
    /// The database file is damaged, or a row refers to one that does not exist.
    BrokenReference,
    /// A row belongs to no account.
    UnknownOwner,
    /// Columns of a board contradict each other.
    ContradictoryBoard,
    /// An image's row without its file.
    MissingImage,
    /// An image whose thumbnail is missing; it is made anew when somebody asks for it.
    MissingThumbnail,
    /// A model's record without its files.
    MissingModel,
    /// A file among images or pictures that no row speaks of.
    UnknownFile,
}

impl FindingKind {
    /// Its name in reports for programs.
    pub fn key(self) -> &'static str {
        match self {
            Self::BrokenReference => "broken_reference",
            Self::UnknownOwner => "unknown_owner",
            Self::ContradictoryBoard => "contradictory_board",
            Self::MissingImage => "missing_image",
            Self::MissingThumbnail => "missing_thumbnail",
            Self::MissingModel => "missing_model",
            Self::UnknownFile => "unknown_file",
        }
    }

    /// Whether repairing puts it right. A model's files come back by installing it again, or by its disk.
    pub fn is_repaired(self) -> bool {
        !matches!(self, Self::MissingModel | Self::MissingThumbnail)
    }
}

/// Something that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// One sentence.
    pub what: String,
}

/// What a repair did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Rows of images without files that were removed.
    pub rows_forgotten: usize,
    /// Files that were moved to the quarantine folder.
    pub files_moved: usize,
    /// That folder, where files were moved.
    pub quarantine: Option<PathBuf>,
}

/// Where the files lie that rows speak of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedFolders {
    /// Images lie in `images` below it; `quarantine` is made in it.
    pub outputs_dir: PathBuf,
    /// Models, and their pictures in `model_images` below it.
    pub models_dir: PathBuf,
    /// Pictures of workflows.
    pub workflow_thumbnails_dir: PathBuf,
    /// Pictures of style presets lie in `images` below it.
    pub style_presets_dir: PathBuf,
}

/// The check of one installation.
#[derive(Debug)]
pub struct Check<'a> {
    db: &'a Database,
    folders: CheckedFolders,
    grant: Grant<RuntimeSettings, Manage>,
}

/// A file that no row speaks of.
#[derive(Debug)]
struct Unknown {
    file: PathBuf,
    /// Where it goes, below the quarantine.
    place: PathBuf,
}

/// What was found, with what repairing needs of it.
#[derive(Debug, Default)]
struct Found {
    findings: Vec<Finding>,
    images: usize,
    missing: Vec<ImageName>,
    unknown: Vec<Unknown>,
}

impl Found {
    fn add(&mut self, kind: FindingKind, what: String) {
        self.findings.push(Finding { kind, what });
    }

    fn add_unknown(&mut self, unknown: Unknown, what: &str) {
        self.add(FindingKind::UnknownFile, format!("no {what} has the file `{}`", unknown.file.display()));
        self.unknown.push(unknown);
    }
}

impl<'a> Check<'a> {
    /// For the operator of the installation.
    ///
    /// # Errors
    /// When the actor is not allowed to manage it.
    pub fn new(actor: &Actor, db: &'a Database, folders: CheckedFolders) -> Result<Self, LibraryError> {
        Ok(Self { db, folders, grant: policy::manage_settings(actor)? })
    }

    /// Looks at rows and files, changes nothing.
    ///
    /// # Errors
    /// When something cannot be read.
    pub fn find(&self) -> Result<Vec<Finding>, LibraryError> {
        Ok(self.look()?.findings)
    }

    /// Puts right what can be. The server must not run: a picture that is just being stored has a file before it has a row.
    ///
    /// # Errors
    /// When something cannot be read or written, or so many files are missing that their disk is more likely not there.
    pub fn repair(&self, now: Timestamp, zone: &TimeZone) -> Result<Repaired, LibraryError> {
        let found = self.look()?;
        let missing = found.missing.len();
        if missing > FEW && 2 * missing > found.images {
            let folder = self.images_dir();
            return Err(LibraryError::TooMuchMissing { missing, all: found.images, folder });
        }
        let mut repaired = Repaired { rows_forgotten: missing, ..Repaired::default() };
        let stamp = now.to_zoned(zone.clone()).strftime("%Y%m%d-%H%M%S").to_string();
        let quarantine = self.folders.outputs_dir.join("quarantine").join(stamp);
        for Unknown { file, place } in &found.unknown {
            files::move_to(file, &quarantine.join(place))?;
            repaired.files_moved += 1;
            repaired.quarantine = Some(quarantine.clone());
        }
        self.db.write(|tx| {
            for name in &found.missing {
                consistency::forget_image(tx, &self.grant, name)?;
            }
            consistency::mend(tx, &self.grant)
        })?;
        Ok(repaired)
    }

    fn images_dir(&self) -> PathBuf {
        self.folders.outputs_dir.join("images")
    }

    fn look(&self) -> Result<Found, LibraryError> {
        let mut found = Found::default();
        self.db.read(|tx| {
            for what in consistency::list_damage(tx, &self.grant)? {
                found.add(FindingKind::BrokenReference, what);
            }
            for row in consistency::list_unknown_owners(tx, &self.grant)? {
                let owner = row.owner.as_deref().unwrap_or("nobody");
                found.add(FindingKind::UnknownOwner, format!("`{}` of `{}` belongs to `{owner}`", row.id, row.table));
            }
            for (board, contradiction) in consistency::list_contradictory_boards(tx, &self.grant)? {
                found.add(FindingKind::ContradictoryBoard, format!("board `{board}`: {contradiction}"));
            }
            for (model, path) in consistency::list_model_paths(tx, &self.grant)? {
                let place = self.folders.models_dir.join(&path);
                if !path.is_empty() && !place.exists() {
                    found.add(FindingKind::MissingModel, format!("model `{model}`: there is no `{}`", place.display()));
                }
            }
            Ok::<_, StorageError>(())
        })?;
        files::compare(self, &mut found)?;
        pictures::compare(self, &mut found)?;
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
