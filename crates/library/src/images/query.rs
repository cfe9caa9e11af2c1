//! Looking at images.

use super::Images;
use super::location::Location;
use crate::LibraryError;
use invoke_domain::{BoardId, ImageName, ImageRecord};
use invoke_imaging::{Limits, Pixels, png};
use invoke_permissions::{Actor, policy};
use invoke_storage::gallery::{self, Day};
use invoke_storage::images::{self, ImageChanges, ImageFilter, ImageOrder, Within};
use invoke_storage::{ReadTx, boards};
use jiff::civil::Date;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;

/// On which board to look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum BoardChoice {
    /// On all boards and on none, among the images the actor may list.
    #[default]
    Any,
    /// On no board, among the images the actor may list.
    Uncategorized,
    /// On this board, whoever owns them.
    Board(BoardId),
}

/// A question for a page of images.
#[derive(Debug, Clone, Default)]
pub struct ImageQuery {
    /// On which board.
    pub board: BoardChoice,
    /// Which images.
    pub filter: ImageFilter,
    /// In which order.
    pub order: ImageOrder,
    /// How many to skip.
    pub offset: u32,
    /// How many to return; none is allowed, to learn the total.
    pub limit: u32,
}

/// A page of images.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The images.
    pub items: Vec<ImageRecord>,
    /// How many there are on all pages.
    pub total: i64,
    /// How many were skipped.
    pub offset: u32,
    /// How many were asked for.
    pub limit: u32,
}

/// The names of all images a query matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameList {
    /// The names.
    pub names: Vec<ImageName>,
    /// How many of the first names are starred; 0 when starred images are not listed first.
    pub starred_count: usize,
}

/// Which file of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// The picture itself, a PNG.
    Full,
    /// The small one, a WebP.
    Thumbnail,
}

/// What only the file knows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embedded {
    /// The workflow, JSON as text.
    pub workflow: Option<String>,
    /// The graph, JSON as text.
    pub graph: Option<String>,
}

impl Images {
    /// An image.
    pub fn get(&self, actor: &Actor, name: &ImageName) -> Result<ImageRecord, LibraryError> {
        self.0.db.read(|tx| get(tx, actor, name))
    }

    /// The generation metadata of an image, a JSON object as text.
    pub fn metadata(&self, actor: &Actor, name: &ImageName) -> Result<Option<String>, LibraryError> {
        Ok(self.get(actor, name)?.metadata)
    }

    /// The workflow and the graph kept in an image's file.
    pub fn embedded(&self, actor: &Actor, name: &ImageName) -> Result<Embedded, LibraryError> {
        let bytes = self.read(actor, name)?;
        let mut embedded = Embedded::default();
        for (keyword, text) in png::read_text(&bytes, Limits::KEPT_FILES)? {
            match keyword.as_str() {
                "invokeai_workflow" => embedded.workflow = Some(text),
                "invokeai_graph" => embedded.graph = Some(text),
                _ => {}
            }
        }
        Ok(embedded)
    }

    /// What a board is called.
    pub(crate) fn board_name(&self, actor: &Actor, id: &BoardId) -> Result<String, LibraryError> {
        let missing = || LibraryError::BoardNotFound { id: id.clone() };
        self.0.db.read(|tx| {
            let grant = policy::view_board(actor, &boards::facts(tx, id)?.ok_or_else(missing)?)?;
            Ok(boards::get(tx, &grant, actor.user_id())?.ok_or_else(missing)?.name)
        })
    }

    /// Where a file of an image lies.
    pub fn path(&self, actor: &Actor, name: &ImageName, variant: Variant) -> Result<PathBuf, LibraryError> {
        let record = self.get(actor, name)?;
        let location = Location::new(&self.0.folder, &record.name, &record.subfolder)?;
        Ok(match variant {
            Variant::Full => location.image,
            Variant::Thumbnail => location.thumbnail,
        })
    }

    /// The picture.
    pub fn read_pixels(&self, actor: &Actor, name: &ImageName) -> Result<Pixels, LibraryError> {
        let bytes = self.read(actor, name)?;
        Ok(png::decode_bounded(&bytes, Limits::KEPT_FILES)?.0)
    }

    /// A file of an image, open. It can be read to its end whatever becomes of the image meanwhile.
    pub fn open(&self, actor: &Actor, name: &ImageName, variant: Variant) -> Result<File, LibraryError> {
        // While files are being moved, a row may still name the old folder.
        let _still = self.0.moving.read();
        let path = self.path(actor, name, variant)?;
        File::open(&path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => LibraryError::FileMissing { name: name.clone(), path },
            _ => LibraryError::File { doing: "read", path, source },
        })
    }

    fn read(&self, actor: &Actor, name: &ImageName) -> Result<Vec<u8>, LibraryError> {
        let mut bytes = Vec::new();
        let failed = |source| LibraryError::File { doing: "read", path: PathBuf::from(name.as_str()), source };
        self.open(actor, name, Variant::Full)?.read_to_end(&mut bytes).map_err(failed)?;
        Ok(bytes)
    }

    /// The days on which the images the actor may list were made, the latest first.
    pub fn list_days(&self, actor: &Actor) -> Result<Vec<Day>, LibraryError> {
        Ok(self.0.db.read(|tx| gallery::list_days(tx, &actor.scope()))?)
    }

    /// Takes the texts of images into the search that another program stored, a few at a time, until all are in it.
    pub fn index_texts(&self) -> Result<(), LibraryError> {
        const AT_ONCE: u32 = 500;
        let mut total = 0;
        loop {
            let taken = self.0.db.write(|tx| gallery::index_texts(tx, AT_ONCE))?;
            total += taken;
            if taken < AT_ONCE as usize {
                break;
            }
        }
        if total > 0 {
            tracing::info!(total, "images can be searched by their texts");
        }
        Ok(())
    }

    /// A page of the images a query matches.
    pub fn list(&self, actor: &Actor, query: &ImageQuery) -> Result<Page, LibraryError> {
        let &ImageQuery { ref board, ref filter, order, offset, limit } = query;
        if !is_day(filter) {
            return Ok(Page { items: Vec::new(), total: 0, offset, limit });
        }
        let found = self.0.db.read(|tx| {
            within(tx, actor, board, |within| {
                let (items, total) = images::list(tx, within, filter, order, offset, limit)?;
                Ok(Page { items, total, offset, limit })
            })
        });
        or_nothing(actor, found, || Page { items: Vec::new(), total: 0, offset, limit })
    }

    /// The names of all images a query matches; its offset and limit do not count.
    pub fn list_names(&self, actor: &Actor, query: &ImageQuery) -> Result<NameList, LibraryError> {
        if !is_day(&query.filter) {
            return Ok(NameList { names: Vec::new(), starred_count: 0 });
        }
        let found = self.0.db.read(|tx| {
            within(tx, actor, &query.board, |within| Ok(images::list_names(tx, within, &query.filter, query.order)?))
        });
        let found = or_nothing(actor, found, Vec::new)?;
        let starred = found.iter().filter(|(_, starred)| *starred).count();
        Ok(NameList {
            starred_count: if query.order.starred_first { starred } else { 0 },
            names: found.into_iter().map(|(name, _)| name).collect(),
        })
    }

    /// How many intermediate images the actor may list.
    pub fn count_intermediates(&self, actor: &Actor) -> Result<i64, LibraryError> {
        Ok(self.0.db.read(|tx| images::count_intermediates(tx, &actor.scope()))?)
    }

    /// Changes what is known about an image.
    pub fn update(&self, actor: &Actor, name: &ImageName, changes: &ImageChanges) -> Result<ImageRecord, LibraryError> {
        self.0.db.write(|tx| {
            let facts = images::facts(tx, name)?.ok_or_else(|| LibraryError::ImageNotFound { name: name.clone() })?;
            images::update(tx, &policy::edit_image(actor, &facts)?, changes)?;
            get(tx, actor, name)
        })
    }
}

/// Whether the day asked for is one, where one is asked for. On what is none, nothing was made.
fn is_day(filter: &ImageFilter) -> bool {
    filter.date.as_deref().is_none_or(|date| date.len() == "YYYY-MM-DD".len() && date.parse::<Date>().is_ok())
}

fn get(tx: &ReadTx<'_>, actor: &Actor, name: &ImageName) -> Result<ImageRecord, LibraryError> {
    let missing = || LibraryError::ImageNotFound { name: name.clone() };
    let facts = images::facts(tx, name)?.ok_or_else(missing)?;
    images::get(tx, &policy::view_image(actor, &facts)?)?.ok_or_else(missing)
}

/// A board that is not there is an empty one to who may see every board: a page goes on asking for what was just deleted.
fn or_nothing<T>(
    actor: &Actor,
    found: Result<T, LibraryError>,
    nothing: impl FnOnce() -> T,
) -> Result<T, LibraryError> {
    match found {
        Err(LibraryError::BoardNotFound { .. }) if actor.is_admin() => Ok(nothing()),
        found => found,
    }
}

/// Turns the choice of a board into the right to look there.
pub(super) fn within<T>(
    tx: &ReadTx<'_>,
    actor: &Actor,
    choice: &BoardChoice,
    look: impl FnOnce(&Within<'_>) -> Result<T, LibraryError>,
) -> Result<T, LibraryError> {
    let scope = actor.scope();
    match choice {
        BoardChoice::Any => look(&Within::Anywhere(&scope)),
        BoardChoice::Uncategorized => look(&Within::Uncategorized(&scope)),
        BoardChoice::Board(id) => {
            let facts = boards::facts(tx, id)?.ok_or_else(|| LibraryError::BoardNotFound { id: id.clone() })?;
            look(&Within::Board(&policy::view_board(actor, &facts)?))
        }
    }
}
