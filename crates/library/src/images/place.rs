//! Putting images on boards and taking them off.

use super::Images;
use crate::LibraryError;
use crate::boards::facts as board_facts;
use invoke_domain::{BoardId, ImageName};
use invoke_permissions::{Actor, policy};
use invoke_storage::{Tx, board_images, images};
use std::collections::BTreeSet;

/// What a change of several images did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The images that were changed, in the order asked for.
    pub images: Vec<ImageName>,
    /// The boards that look different now; `None` for no board.
    pub boards: BTreeSet<Option<BoardId>>,
}

impl Changed {
    pub(super) fn add(&mut self, name: &ImageName, boards: impl IntoIterator<Item = Option<BoardId>>) {
        self.images.push(name.clone());
        self.boards.extend(boards);
    }
}

impl Images {
    /// Puts an image of the actor's own on a board. Says which boards look different now.
    pub fn put_on_board(&self, actor: &Actor, board: &BoardId, name: &ImageName) -> Result<Changed, LibraryError> {
        let mut changed = Changed::default();
        self.0.db.write(|tx| {
            let contribute = policy::contribute_to_board(actor, &board_facts(tx, board)?)?;
            let missing = || LibraryError::ImageNotFound { name: name.clone() };
            let facts = images::facts(tx, name)?.ok_or_else(missing)?;
            board_images::insert(tx, &policy::move_image(actor, &facts)?, &contribute)?;
            changed.add(name, [Some(board.clone()), facts.board.map(|board| board.id)]);
            Ok::<_, LibraryError>(())
        })?;
        Ok(changed)
    }

    /// Puts those of the images on a board that are the actor's own.
    pub fn put_all_on_board(
        &self,
        actor: &Actor,
        board: &BoardId,
        names: &[ImageName],
    ) -> Result<Changed, LibraryError> {
        self.0.db.write(|tx| {
            let contribute = policy::contribute_to_board(actor, &board_facts(tx, board)?)?;
            each(names, |changed, name| {
                let Some(facts) = images::facts(tx, name)? else { return Ok(()) };
                board_images::insert(tx, &policy::move_image(actor, &facts)?, &contribute)?;
                changed.add(name, [Some(board.clone()), facts.board.map(|board| board.id)]);
                Ok(())
            })
        })
    }

    /// Takes an image off its board; one that lies on none is done with.
    pub fn take_off_board(&self, actor: &Actor, name: &ImageName) -> Result<Changed, LibraryError> {
        let mut changed = Changed::default();
        self.0.db.write(|tx| take_off(tx, actor, name, &mut changed))?;
        Ok(changed)
    }

    /// Takes those of the images off their boards that the actor may take off.
    pub fn take_all_off_board(&self, actor: &Actor, names: &[ImageName]) -> Result<Changed, LibraryError> {
        self.0.db.write(|tx| each(names, |changed, name| take_off(tx, actor, name, changed)))
    }
}

fn take_off(tx: &Tx<'_>, actor: &Actor, name: &ImageName, changed: &mut Changed) -> Result<(), LibraryError> {
    let facts = images::facts(tx, name)?.ok_or_else(|| LibraryError::ImageNotFound { name: name.clone() })?;
    board_images::delete(tx, &policy::remove_image(actor, &facts)?)?;
    changed.add(name, [None, facts.board.map(|board| board.id)]);
    Ok(())
}

/// Does something to each image once, and leaves out those that are not there or not the actor's to change.
pub(super) fn each(
    names: &[ImageName],
    mut act: impl FnMut(&mut Changed, &ImageName) -> Result<(), LibraryError>,
) -> Result<Changed, LibraryError> {
    let (mut changed, mut seen) = (Changed::default(), BTreeSet::new());
    for name in names.iter().filter(|name| seen.insert(*name)) {
        match act(&mut changed, name) {
            Ok(()) | Err(LibraryError::Denied(_) | LibraryError::ImageNotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(changed)
}
