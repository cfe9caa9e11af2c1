//! Moving image files to the folders the present strategy would put them in. A job notes what it is going to do, then
//! renames files, then points the rows to them; a crash in between is taken up at the next start, by us or by the
//! reference, whose tables these are.

use super::location::Location;
use super::{Images, files};
use crate::LibraryError;
use invoke_domain::ImageName;
use invoke_permissions::{Actor, policy};
use invoke_storage::file_deletions;
use invoke_storage::image_moves::{self, Candidate, MoveGrant, MoveItem, MoveJob, MoveOutcome, MovePaths};
use parking_lot::Mutex;
use std::path::Path;
use std::sync::Arc;

/// So many images are moved by one job: readers and deleters wait for it, and get their turn in between.
const BATCH: u32 = 25;

/// What the mover does now.
#[derive(Debug, Default)]
pub(super) struct Mover {
    operation: Option<MoveOperation>,
    last_error: Option<String>,
}

/// What is done with image files in the background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoveOperation {
    /// All are moved to where they belong.
    MoveAll,
    /// What an earlier run began is finished.
    Recovery,
}

/// How far a move is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveStatus {
    /// What is being done.
    pub operation: Option<MoveOperation>,
    /// The job that was begun and not ended.
    pub active_job: Option<i64>,
    /// The job begun last.
    pub latest_job: Option<MoveJob>,
    /// What stopped the last operation.
    pub last_error: Option<String>,
    /// Images that lie elsewhere than the strategy would put them.
    pub misplaced: usize,
}

/// Ends the operation when it is dropped, also by a panic.
struct Running(Arc<Mutex<Mover>>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.lock().operation = None;
    }
}

impl Images {
    /// How far moving is.
    pub fn move_status(&self, actor: &Actor) -> Result<MoveStatus, LibraryError> {
        let grant = policy::manage_image_folders(actor)?;
        let (operation, last_error) = {
            let mover = self.0.mover.lock();
            (mover.operation, mover.last_error.clone())
        };
        let (active, latest_job) = self.0.db.read(|tx| {
            let active = image_moves::list_unfinished(tx, &grant)?;
            Ok::<_, LibraryError>((active, image_moves::find_latest(tx, &grant)?))
        })?;
        let mut misplaced = 0;
        self.each_batch(&grant, |batch| {
            misplaced += batch.iter().filter(|image| self.belongs(image) != image.subfolder).count();
            Ok(())
        })?;
        Ok(MoveStatus { operation, active_job: active.first().copied(), latest_job, last_error, misplaced })
    }

    /// Begins an operation; the caller runs what this returns, which blocks until all is done.
    pub fn begin_moving(
        &self,
        actor: &Actor,
        operation: MoveOperation,
    ) -> Result<impl FnOnce() + Send + use<>, LibraryError> {
        let grant = policy::manage_image_folders(actor)?;
        let mut mover = self.0.mover.lock();
        if mover.operation.is_some() {
            return Err(LibraryError::MoveRunning);
        }
        *mover = Mover { operation: Some(operation), last_error: None };
        let images = self.clone();
        let running = Running(Arc::clone(&self.0.mover));
        Ok(move || {
            let done = images.finish_moves(&grant).and_then(|()| match operation {
                MoveOperation::MoveAll => images.move_all(&grant),
                MoveOperation::Recovery => Ok(()),
            });
            if let Err(error) = done {
                tracing::error!(%error, "moving image files stopped");
                images.0.mover.lock().last_error = Some("The files could not be moved".to_owned());
            }
            drop(running);
        })
    }

    /// Finishes what an earlier run began. For the start of the server.
    pub fn recover_moves(&self) -> Result<(), LibraryError> {
        self.finish_moves(&policy::manage_image_folders(&Actor::operator())?)
    }

    fn finish_moves(&self, grant: &MoveGrant) -> Result<(), LibraryError> {
        for job in self.0.db.read(|tx| image_moves::list_unfinished(tx, grant))? {
            let _alone = self.0.moving.write();
            self.finish_job(grant, job)?;
            tracing::info!(job, "finished moving image files");
        }
        Ok(())
    }

    fn move_all(&self, grant: &MoveGrant) -> Result<(), LibraryError> {
        let mut after = ImageName(String::new());
        loop {
            // Planned, moved and committed without anybody reading, storing or deleting in between.
            let _alone = self.0.moving.write();
            let batch = self.0.db.read(|tx| image_moves::list_candidates(tx, grant, &after, BATCH))?;
            let Some(last) = batch.last() else { return Ok(()) };
            after = last.name.clone();
            let mut items = Vec::new();
            for image in batch {
                let new_subfolder = self.belongs(&image);
                if new_subfolder != image.subfolder {
                    items.push(self.plan(image, new_subfolder)?);
                }
            }
            if !items.is_empty() {
                let job = self.0.db.write(|tx| image_moves::insert(tx, grant, &items))?;
                self.finish_job(grant, job)?;
            }
        }
    }

    /// The folder the strategy puts an image in; days are counted as when it was made.
    fn belongs(&self, image: &Candidate) -> String {
        let strategy = *self.0.subfolder_strategy.read();
        strategy.subfolder(&image.name, image.category, image.is_intermediate, image.created_at, &self.0.time_zone)
    }

    fn plan(&self, image: Candidate, new_subfolder: String) -> Result<(MoveItem, MovePaths), LibraryError> {
        let old = Location::new(&self.0.folder, &image.name, &image.subfolder)?;
        let new = Location::new(&self.0.folder, &image.name, &new_subfolder)?;
        let text = |path: &Path| path.display().to_string();
        let paths = MovePaths {
            is_intermediate: image.is_intermediate,
            image: (text(&old.image), text(&new.image)),
            thumbnail: (text(&old.thumbnail), text(&new.thumbnail)),
        };
        Ok((MoveItem { name: image.name, old_subfolder: image.subfolder, new_subfolder }, paths))
    }

    /// Renames the files of a noted job and commits it. May be done any number of times over.
    fn finish_job(&self, grant: &MoveGrant, job: i64) -> Result<(), LibraryError> {
        let items = self.0.db.read(|tx| image_moves::list_items(tx, grant, job))?;
        let outcomes: Vec<(ImageName, MoveOutcome)> = items
            .iter()
            .map(|item| {
                let moved = self.move_files(item).map_err(|error| {
                    tracing::error!(image = %item.name, %error, "an image file was not moved");
                    format!("{}: {}", item.name, reason(&error))
                });
                (item.name.clone(), moved)
            })
            .collect();
        let mut paths = Vec::new();
        for item in &items {
            for subfolder in [&item.old_subfolder, &item.new_subfolder] {
                let location = Location::new(&self.0.folder, &item.name, subfolder)?;
                paths.extend([location.image, location.thumbnail]);
            }
        }
        files::sync_folders_of(&paths)?;
        self.0.db.write(|tx| image_moves::finish(tx, grant, job, &outcomes))?;
        // Whose rows went away meanwhile, their files go too.
        let gone = self.0.db.read(|tx| file_deletions::list(tx, file_deletions::Reason::Deleted))?;
        for pending in gone.iter().filter(|pending| items.iter().any(|item| item.name == pending.name)) {
            self.remove_files(pending);
        }
        for item in &items {
            let old = Location::new(&self.0.folder, &item.name, &item.old_subfolder)?;
            files::remove_empty_folders(&old.image, &self.0.folder);
            files::remove_empty_folders(&old.thumbnail, &self.0.folder.join("thumbnails"));
        }
        Ok(())
    }

    fn move_files(&self, item: &MoveItem) -> Result<(), LibraryError> {
        let old = Location::new(&self.0.folder, &item.name, &item.old_subfolder)?;
        let new = Location::new(&self.0.folder, &item.name, &item.new_subfolder)?;
        files::relocate(&old.image, &new.image)?;
        match files::relocate(&old.thumbnail, &new.thumbnail) {
            // A thumbnail that is missing was missing before.
            Err(LibraryError::FileMissing { .. }) => Ok(()),
            moved => moved,
        }
    }

    fn each_batch(
        &self,
        grant: &MoveGrant,
        mut look: impl FnMut(&[Candidate]) -> Result<(), LibraryError>,
    ) -> Result<(), LibraryError> {
        const AT_ONCE: u32 = 10_000;
        let mut after = ImageName(String::new());
        loop {
            let batch = self.0.db.read(|tx| image_moves::list_candidates(tx, grant, &after, AT_ONCE))?;
            look(&batch)?;
            match batch.last() {
                Some(last) if batch.len() == AT_ONCE as usize => after = last.name.clone(),
                _ => return Ok(()),
            }
        }
    }
}

/// What the journal says; it is read by people through the API, so it names no path.
fn reason(error: &LibraryError) -> &'static str {
    match error {
        LibraryError::FileMissing { .. } => "the file is missing",
        LibraryError::Occupied { .. } => "there is another file in its new place",
        LibraryError::UnsafeName { .. } => "its name or folder is unsafe",
        _ => "the file could not be moved",
    }
}
