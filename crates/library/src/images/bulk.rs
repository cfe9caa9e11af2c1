//! Many images at once: star, delete, delete with their board.

use super::place::{Changed, each};
use super::{BoardChoice, Images};
use crate::LibraryError;
use crate::boards::facts as board_facts;
use crate::images::query::within;
use invoke_domain::{BoardId, ImageName};
use invoke_permissions::{Actor, policy};
use invoke_storage::file_deletions::{self, PendingDeletion, Reason};
use invoke_storage::images::{self, ImageChanges, ImageFilter, ImageOrder};
use invoke_storage::{Tx, boards};
use std::collections::BTreeSet;

/// So many images are deleted in one transaction, so that others get their turn. What one request may name is one batch: it
/// happens as a whole or not at all.
const BATCH: usize = 1_000;

/// What became of a deleted board's images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedBoard {
    /// Deleted with it.
    pub deleted: Vec<ImageName>,
    /// On no board now.
    pub uncategorized: Vec<ImageName>,
}

impl Images {
    /// Marks those of the images that the actor may change, or takes the mark away.
    pub fn star(&self, actor: &Actor, names: &[ImageName], starred: bool) -> Result<Changed, LibraryError> {
        let changes = ImageChanges { starred: Some(starred), ..ImageChanges::default() };
        self.0.db.write(|tx| {
            each(names, |changed, name| {
                let Some(facts) = images::facts(tx, name)? else { return Ok(()) };
                images::update(tx, &policy::edit_image(actor, &facts)?, &changes)?;
                changed.add(name, [facts.board.map(|board| board.id)]);
                Ok(())
            })
        })
    }

    /// Deletes those of the images that the actor may delete, with their files.
    pub fn delete_all(&self, actor: &Actor, names: &[ImageName]) -> Result<Changed, LibraryError> {
        self.delete_within(actor, names, None)
    }

    /// The same; with a board named, only those that still lie on it.
    fn delete_within(
        &self,
        actor: &Actor,
        names: &[ImageName],
        board: Option<&BoardId>,
    ) -> Result<Changed, LibraryError> {
        let mut all = Changed::default();
        for names in names.chunks(BATCH) {
            let _still = self.0.moving.read();
            let (changed, files) = self.0.db.write(|tx| delete_rows(tx, actor, names, board))?;
            for pending in &files {
                self.remove_files(pending);
            }
            all.images.extend(changed.images);
            all.boards.extend(changed.boards);
        }
        Ok(all)
    }

    /// Deletes the actor's images that lie on no board; everybody's for administrators.
    pub fn delete_uncategorized(&self, actor: &Actor) -> Result<Changed, LibraryError> {
        let names = self.names(actor, &BoardChoice::Uncategorized, &ImageFilter::default())?;
        self.delete_all(actor, &names)
    }

    /// Deletes the intermediate images the actor may list, and says how many.
    pub fn delete_intermediates(&self, actor: &Actor) -> Result<usize, LibraryError> {
        let filter = ImageFilter { is_intermediate: Some(true), ..ImageFilter::default() };
        let names = self.names(actor, &BoardChoice::Any, &filter)?;
        Ok(self.delete_all(actor, &names)?.images.len())
    }

    /// Deletes a board. With its images: those of the actor's own, for administrators all; the others, and without its
    /// images all of them, lie on no board then.
    pub fn delete_board(&self, actor: &Actor, id: &BoardId, with_images: bool) -> Result<DeletedBoard, LibraryError> {
        // Asked again below, in the transaction that counts.
        self.0.db.read(|tx| {
            policy::delete_board(actor, &board_facts(tx, id)?).map(drop)?;
            Ok::<_, LibraryError>(())
        })?;
        let board = BoardChoice::Board(id.clone());
        let mut doomed = Vec::new();
        if with_images {
            let names = self.names(actor, &board, &ImageFilter::default())?;
            doomed = if actor.is_admin() { names } else { self.own_of(actor, names)? };
        }
        // The last ones go in the transaction that the board goes in.
        let earlier = doomed.len().saturating_sub(BATCH);
        let mut deleted = self.delete_within(actor, &doomed[..earlier], Some(id))?.images;
        let _still = self.0.moving.read();
        let (last, files, uncategorized) = self.0.db.write(|tx| {
            let grant = policy::delete_board(actor, &board_facts(tx, id)?)?;
            let (last, files) = delete_rows(tx, actor, &doomed[earlier..], Some(id))?;
            let uncategorized = within(tx, actor, &board, |within| {
                Ok(images::list_names(tx, within, &ImageFilter::default(), ImageOrder::default())?)
            })?;
            boards::delete(tx, &grant)?;
            Ok::<_, LibraryError>((last, files, uncategorized))
        })?;
        for pending in &files {
            self.remove_files(pending);
        }
        deleted.extend(last.images);
        Ok(DeletedBoard { deleted, uncategorized: uncategorized.into_iter().map(|(name, _)| name).collect() })
    }

    fn names(&self, actor: &Actor, board: &BoardChoice, filter: &ImageFilter) -> Result<Vec<ImageName>, LibraryError> {
        let found = self.0.db.read(|tx| {
            within(tx, actor, board, |within| Ok(images::list_names(tx, within, filter, ImageOrder::default())?))
        })?;
        Ok(found.into_iter().map(|(name, _)| name).collect())
    }

    /// Those of the images that are the actor's own.
    fn own_of(&self, actor: &Actor, names: Vec<ImageName>) -> Result<Vec<ImageName>, LibraryError> {
        let own = self.0.db.read(|tx| {
            let mut own = BTreeSet::new();
            for name in &names {
                if images::facts(tx, name)?.is_some_and(|facts| facts.owner == *actor.user_id()) {
                    own.insert(name.clone());
                }
            }
            Ok::<_, LibraryError>(own)
        })?;
        Ok(names.into_iter().filter(|name| own.contains(name)).collect())
    }
}

/// Deletes the rows of those of the images that the actor may delete and that lie on `board` if one is named, and notes
/// their files.
fn delete_rows(
    tx: &Tx<'_>,
    actor: &Actor,
    names: &[ImageName],
    board: Option<&BoardId>,
) -> Result<(Changed, Vec<PendingDeletion>), LibraryError> {
    let mut files = Vec::new();
    let changed = each(names, |changed, name| {
        let Some(facts) = images::facts(tx, name)? else { return Ok(()) };
        if board.is_some_and(|id| facts.board.as_ref().is_none_or(|board| board.id != *id)) {
            return Ok(());
        }
        let grant = policy::delete_image(actor, &facts)?;
        let Some(record) = images::delete(tx, &grant)? else { return Ok(()) };
        let pending = PendingDeletion { name: record.name, subfolder: record.subfolder };
        file_deletions::insert(tx, &pending, Reason::Deleted)?;
        files.push(pending);
        changed.add(name, [facts.board.map(|board| board.id)]);
        Ok(())
    })?;
    Ok((changed, files))
}
