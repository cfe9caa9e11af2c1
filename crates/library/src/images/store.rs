//! Storing and deleting.

use super::location::Location;
use super::{Images, files};
use crate::LibraryError;
use invoke_domain::{BoardId, ImageCategory, ImageName, ImageOrigin, ImageRecord, SessionId, new_uuid};
use invoke_imaging::{Pixels, THUMBNAIL_SIZE, png, thumbnail, webp};
use invoke_permissions::{Actor, Board, Contribute, Grant, policy};
use invoke_storage::file_deletions::{PendingDeletion, Reason};
use invoke_storage::{ReadTx, boards, file_deletions, image_sizes, images};

/// A picture to be kept, and what is known about it.
#[derive(Debug, Clone)]
pub struct NewImage {
    /// The picture.
    pub pixels: Pixels,
    /// Made by a node or uploaded.
    pub origin: ImageOrigin,
    /// What it is for.
    pub category: ImageCategory,
    /// Kept out of the gallery and cleared on demand.
    pub is_intermediate: bool,
    /// The board to put it on.
    pub board_id: Option<BoardId>,
    /// The session that made it.
    pub session_id: Option<SessionId>,
    /// The prepared node that made it.
    pub node_id: Option<String>,
    /// Generation metadata, a JSON object as text; kept in the row and in the file.
    pub metadata: Option<String>,
    /// The workflow it came from, JSON as text; kept in the file only.
    pub workflow: Option<String>,
    /// The graph it came from, JSON as text; kept in the file only.
    pub graph: Option<String>,
}

impl NewImage {
    /// A picture about which nothing else is known.
    pub fn new(pixels: Pixels, origin: ImageOrigin, category: ImageCategory) -> Self {
        Self {
            pixels,
            origin,
            category,
            is_intermediate: false,
            board_id: None,
            session_id: None,
            node_id: None,
            metadata: None,
            workflow: None,
            graph: None,
        }
    }
}

impl Images {
    /// Keeps a picture as the actor's own: PNG and thumbnail are written and durable before the row is added.
    ///
    /// An unknown board is an error for an upload. For a picture a node made it is not: somebody deleted the board while
    /// the work was under way, and the picture is kept on no board.
    pub fn store(&self, actor: &Actor, image: NewImage) -> Result<ImageRecord, LibraryError> {
        // Before the work of encoding; asked again below, in the transaction that counts.
        self.0.db.read(|tx| board_for(tx, actor, &image).map(drop))?;
        let name = ImageName(format!("{}.png", new_uuid(&*self.0.random)));
        let record = self.record(actor, &image, name);
        let location = Location::new(&self.0.folder, &record.name, &record.subfolder)?;
        let text: Vec<(&str, &str)> = [
            ("invokeai_metadata", &image.metadata),
            ("invokeai_workflow", &image.workflow),
            ("invokeai_graph", &image.graph),
        ]
        .into_iter()
        .filter_map(|(keyword, value)| Some((keyword, value.as_deref()?)))
        .collect();
        let full = png::encode(&image.pixels, self.0.png_compress_level, &text)?;
        let small = webp::encode(&thumbnail(&image.pixels, THUMBNAIL_SIZE)?, webp::DEFAULT_QUALITY)?;

        let pending = PendingDeletion { name: record.name.clone(), subfolder: record.subfolder.clone() };
        self.0.db.write(|tx| file_deletions::insert(tx, &pending, Reason::Storing))?;
        let stored = files::write(&location.thumbnail, &small)
            .and_then(|()| files::write(&location.image, &full))
            .and_then(|()| self.add_row(actor, &image, &record, (full.len() + small.len()) as u64));
        if stored.is_err() {
            self.remove_files(&pending);
        }
        stored
    }

    pub(super) fn record(&self, actor: &Actor, image: &NewImage, name: ImageName) -> ImageRecord {
        let now = self.0.clock.now();
        let strategy = *self.0.subfolder_strategy.read();
        let zone = &self.0.time_zone;
        ImageRecord {
            subfolder: strategy.subfolder(&name, image.category, image.is_intermediate, now, zone),
            name,
            user_id: actor.user_id().clone(),
            origin: image.origin,
            category: image.category,
            width: image.pixels.width(),
            height: image.pixels.height(),
            session_id: image.session_id.clone(),
            node_id: image.node_id.clone(),
            metadata: image.metadata.clone(),
            is_intermediate: image.is_intermediate,
            starred: false,
            has_workflow: image.workflow.is_some() || image.graph.is_some(),
            board_id: None,
            created_at: now,
            updated_at: now,
            deleted_at: None,
        }
    }

    pub(super) fn add_row(
        &self,
        actor: &Actor,
        image: &NewImage,
        record: &ImageRecord,
        bytes: u64,
    ) -> Result<ImageRecord, LibraryError> {
        self.0.db.write(|tx| {
            if !file_deletions::delete(tx, &record.name)? {
                return Err(LibraryError::Swept { name: record.name.0.clone() });
            }
            let board = board_for(tx, actor, image)?;
            let stored = images::insert(tx, record, board.as_ref())?;
            image_sizes::insert(tx, &record.name, bytes)?;
            Ok(stored)
        })
    }

    /// Whether the actor may put something on the board, asked before any work is done for it.
    pub fn check_board(&self, actor: &Actor, board: Option<&BoardId>) -> Result<(), LibraryError> {
        let Some(id) = board else { return Ok(()) };
        self.0.db.read(|tx| {
            let facts = boards::facts(tx, id)?.ok_or_else(|| LibraryError::BoardNotFound { id: id.clone() })?;
            drop(policy::contribute_to_board(actor, &facts)?);
            Ok(())
        })
    }

    /// Deletes an image with its files, and hands out what it was.
    pub fn delete(&self, actor: &Actor, name: &ImageName) -> Result<ImageRecord, LibraryError> {
        let missing = || LibraryError::ImageNotFound { name: name.clone() };
        let _still = self.0.moving.read();
        let record = self.0.db.write(|tx| {
            let facts = images::facts(tx, name)?.ok_or_else(missing)?;
            let grant = policy::delete_image(actor, &facts)?;
            let record = images::delete(tx, &grant)?.ok_or_else(missing)?;
            let pending = PendingDeletion { name: name.clone(), subfolder: record.subfolder.clone() };
            file_deletions::insert(tx, &pending, Reason::Deleted)?;
            Ok::<_, LibraryError>(record)
        })?;
        self.remove_files(&PendingDeletion { name: name.clone(), subfolder: record.subfolder.clone() });
        Ok(record)
    }
}

/// The right to put the image on the board it asks for, if it asks for one that is there.
fn board_for(
    tx: &ReadTx<'_>,
    actor: &Actor,
    image: &NewImage,
) -> Result<Option<Grant<Board, Contribute>>, LibraryError> {
    let Some(id) = &image.board_id else {
        return Ok(None);
    };
    match boards::facts(tx, id)? {
        Some(facts) => Ok(Some(policy::contribute_to_board(actor, &facts)?)),
        None if image.origin == ImageOrigin::Internal => {
            tracing::warn!(board = %id, "the board of a new image is gone; the image is kept on no board");
            Ok(None)
        }
        None => Err(LibraryError::BoardNotFound { id: id.clone() }),
    }
}
