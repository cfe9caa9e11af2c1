//! Boards: made, listed, changed. Sharing them with people is in `sharing`; deleting one may take its images along, which
//! are files as well, and is therefore [`crate::Images::delete_board`].

mod sharing;

use crate::LibraryError;
use invoke_domain::{BoardId, Random, new_uuid};
use invoke_permissions::{Actor, BoardFacts, BoardSharing, BoardVisibility, policy};
use invoke_storage::boards::{self, BoardChanges, BoardQuery, BoardRecord, NewBoard};
use invoke_storage::{Database, ReadTx, images};
use std::sync::Arc;

/// All boards. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct Boards(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    sharing: BoardSharing,
    random: Arc<dyn Random>,
}

/// What to change about a board; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BoardUpdate {
    /// Everything that is its managers' business.
    pub changes: BoardChanges,
    /// Who sees it. Showing it to more people than its owner asks for the right to share it.
    pub visibility: Option<BoardVisibility>,
}

/// A page of boards.
#[derive(Debug, Clone, PartialEq)]
pub struct BoardPage {
    /// The boards.
    pub items: Vec<BoardRecord>,
    /// How many there are on all pages.
    pub total: i64,
}

impl Boards {
    /// The boards in `db`; `sharing` says who may begin to share one.
    pub fn new(db: Database, sharing: BoardSharing, random: Arc<dyn Random>) -> Self {
        Self(Arc::new(Inner { db, sharing, random }))
    }

    /// Makes a board of the actor's own, which nobody else sees.
    pub fn create(&self, actor: &Actor, name: &str) -> Result<BoardRecord, LibraryError> {
        let id = BoardId(new_uuid(&*self.0.random));
        let facts = BoardFacts::new(id.clone(), actor.user_id().clone(), BoardVisibility::Private);
        self.0.db.write(|tx| {
            boards::insert(tx, &NewBoard { facts, name: name.to_owned() })?;
            get(tx, actor, &id)
        })
    }

    /// A board.
    pub fn get(&self, actor: &Actor, id: &BoardId) -> Result<BoardRecord, LibraryError> {
        self.0.db.read(|tx| get(tx, actor, id))
    }

    /// The boards the actor sees.
    pub fn list(&self, actor: &Actor, query: &BoardQuery) -> Result<BoardPage, LibraryError> {
        let scope = actor.scope();
        self.0.db.read(|tx| {
            Ok(BoardPage {
                items: boards::list(tx, &scope, actor.user_id(), query)?,
                total: boards::count(tx, &scope, query.include_archived)?,
            })
        })
    }

    /// Changes a board. A cover must be an image the actor sees.
    pub fn update(&self, actor: &Actor, id: &BoardId, update: &BoardUpdate) -> Result<BoardRecord, LibraryError> {
        self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let edit = policy::edit_board(actor, &facts)?;
            if let Some(cover) = &update.changes.cover {
                let missing = || LibraryError::ImageNotFound { name: cover.clone() };
                let image = images::facts(tx, cover)?.ok_or_else(missing)?;
                drop(policy::view_image(actor, &image)?);
            }
            let make_private = update.visibility == Some(BoardVisibility::Private);
            boards::update(tx, &edit, &BoardChanges { make_private, ..update.changes.clone() })?;
            if let Some(visibility) = update.visibility.filter(|new| !make_private && *new != facts.visibility) {
                boards::set_visibility(tx, &policy::share_board(actor, &facts, self.0.sharing)?, visibility)?;
            }
            get(tx, actor, id)
        })
    }
}

/// What decides about a board that must be there.
pub(crate) fn facts(tx: &ReadTx<'_>, id: &BoardId) -> Result<BoardFacts, LibraryError> {
    boards::facts(tx, id)?.ok_or_else(|| LibraryError::BoardNotFound { id: id.clone() })
}

fn get(tx: &ReadTx<'_>, actor: &Actor, id: &BoardId) -> Result<BoardRecord, LibraryError> {
    let grant = policy::view_board(actor, &facts(tx, id)?)?;
    boards::get(tx, &grant, actor.user_id())?.ok_or_else(|| LibraryError::BoardNotFound { id: id.clone() })
}
