//! Workflows: documents of the editor with a picture each, private unless they are published.

mod callable;
pub(crate) mod document;
mod list;
mod shipped;

pub use callable::{CallReason, Callable};
pub use document::Document;
pub use list::{ListedWorkflow, Paging, WorkflowPage};

use crate::LibraryError;
use crate::pictures::Pictures;
use invoke_domain::{Random, WorkflowId, WorkflowRecord, new_uuid};
use invoke_events::{Bus, Event, WorkflowChange, WorkflowEvent};
use invoke_graph::Catalogue;
use invoke_permissions::{Actor, Denied, WorkflowFacts, WorkflowPublish, policy};
use invoke_storage::file_deletions::OwnedKind;
use invoke_storage::workflows::{self as rows, NewWorkflow};
use invoke_storage::{Database, ReadTx};
use std::path::PathBuf;
use std::sync::Arc;

/// Where pictures of workflows lie, and who sees what.
#[derive(Debug, Clone)]
pub struct WorkflowSettings {
    /// The folder of the pictures.
    pub thumbnails_dir: PathBuf,
    /// Several people: what is new belongs to its maker alone. Otherwise it is everybody's.
    pub multiuser: bool,
    /// Who may publish.
    pub publish: WorkflowPublish,
}

/// All workflows. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct Workflows(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    pictures: Pictures,
    settings: WorkflowSettings,
    catalogue: Arc<Catalogue>,
    bus: Bus,
    random: Arc<dyn Random>,
}

impl Workflows {
    /// The workflows of `db`. Makes the folder of their pictures.
    ///
    /// # Errors
    /// When that folder cannot be made.
    pub fn new(
        db: Database,
        settings: WorkflowSettings,
        catalogue: Arc<Catalogue>,
        bus: Bus,
        random: Arc<dyn Random>,
    ) -> Result<Self, LibraryError> {
        let pictures = Pictures::new(db.clone(), OwnedKind::WorkflowThumbnail, settings.thumbnails_dir.clone())?;
        Ok(Self(Arc::new(Inner { db, pictures, settings, catalogue, bus, random })))
    }

    /// A workflow, whether it has a picture, and whether other workflows may call it.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not look at it.
    pub fn get(&self, actor: &Actor, id: &WorkflowId) -> Result<(WorkflowRecord, bool, Callable), LibraryError> {
        let record = self.0.db.read(|tx| {
            let grant = policy::view_workflow(actor, &facts(tx, id)?)?;
            rows::get(tx, &grant)?.ok_or_else(|| missing(id))
        })?;
        let callable =
            callable::of(record.entry.returns, || record.document.clone(), &self.0.catalogue, &*self.0.random);
        Ok((record, self.0.pictures.find(id.as_str()).is_some(), callable))
    }

    /// Keeps a new workflow as the actor's own.
    ///
    /// # Errors
    /// When the document cannot be kept.
    pub fn create(&self, actor: &Actor, document: Document) -> Result<WorkflowRecord, LibraryError> {
        let id = WorkflowId(new_uuid(&*self.0.random));
        let workflow = NewWorkflow {
            document: document::to_be_kept(document, &id)?,
            id,
            user_id: actor.user_id().clone(),
            is_public: !self.0.settings.multiuser,
        };
        let record = self.0.db.write(|tx| rows::insert(tx, &workflow).map_err(LibraryError::from))?;
        self.tell(&record, WorkflowChange::Created { is_public: record.entry.is_public });
        Ok(record)
    }

    /// Replaces a workflow's document.
    ///
    /// # Errors
    /// When there is none of this id, the actor may not, or the document cannot be kept or names another workflow.
    pub fn update(&self, actor: &Actor, id: &WorkflowId, document: Document) -> Result<WorkflowRecord, LibraryError> {
        let named = document.get("id").and_then(|id| id.as_str()).map(str::to_owned);
        let (record, was_public) = self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let grant = changing(&facts, actor, policy::edit_workflow(actor, &facts))?;
            if named.as_deref().is_some_and(|named| named != id.as_str()) {
                return Err(LibraryError::Document { reason: "its id is that of another workflow" });
            }
            let document = document::to_be_kept(document, id)?;
            Ok((rows::update(tx, &grant, &document)?, facts.is_public))
        })?;
        self.tell(&record, WorkflowChange::Updated { was_public, is_public: record.entry.is_public });
        Ok(record)
    }

    /// Deletes a workflow and its picture.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn delete(&self, actor: &Actor, id: &WorkflowId) -> Result<(), LibraryError> {
        let facts = self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let grant = changing(&facts, actor, policy::delete_workflow(actor, &facts))?;
            rows::delete(tx, &grant)?;
            self.0.pictures.note(tx, id.as_str())?;
            Ok::<_, LibraryError>(facts)
        })?;
        self.0.pictures.forget(id.as_str());
        self.0.bus.send(Event::Workflow(WorkflowEvent {
            id: facts.id,
            user_id: facts.owner,
            change: WorkflowChange::Deleted { was_public: facts.is_public },
        }));
        Ok(())
    }

    /// Publishes a workflow to everybody, or takes it back. The tag `shared` follows.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn set_public(&self, actor: &Actor, id: &WorkflowId, public: bool) -> Result<WorkflowRecord, LibraryError> {
        let (record, was_public) = self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let edit = changing(&facts, actor, policy::edit_workflow(actor, &facts))?;
            let seen = rows::get(tx, &policy::view_workflow(actor, &facts)?)?.ok_or_else(|| missing(id))?;
            let document = document::with_shared_tag(&seen.document, public)?;
            let record = if public {
                let publish = policy::publish_workflow(actor, &facts, self.0.settings.publish)?;
                rows::publish(tx, &publish, &document)?
            } else {
                rows::retract(tx, &edit, &document)?
            };
            Ok::<_, LibraryError>((record, facts.is_public))
        })?;
        self.tell(&record, WorkflowChange::Updated { was_public, is_public: public });
        Ok(record)
    }

    /// Notes that a workflow is opened now.
    ///
    /// # Errors
    /// When there is none of this id, or it is not the actor's.
    pub fn open(&self, actor: &Actor, id: &WorkflowId) -> Result<(), LibraryError> {
        self.0.db.write(|tx| {
            let grant = policy::open_workflow(actor, &facts(tx, id)?)?;
            Ok(rows::open(tx, &grant)?)
        })
    }

    /// Makes an uploaded picture the thumbnail of a workflow.
    ///
    /// # Errors
    /// When there is no such workflow, the actor may not, or the picture cannot be read.
    pub fn set_thumbnail(&self, actor: &Actor, id: &WorkflowId, upload: &[u8]) -> Result<(), LibraryError> {
        self.may_edit(actor, id)?;
        let picture = Pictures::prepare(upload)?;
        // Asked again after the work of making it: somebody may have deleted the workflow meanwhile.
        self.may_edit(actor, id)?;
        self.0.pictures.write(id.as_str(), &picture)?;
        let still = self.may_edit(actor, id);
        if let Err(LibraryError::WorkflowNotFound { .. }) = still {
            self.0.pictures.forget(id.as_str());
        }
        still
    }

    /// Removes the thumbnail of a workflow.
    ///
    /// # Errors
    /// When there is no such workflow, it has none, or the actor may not.
    pub fn delete_thumbnail(&self, actor: &Actor, id: &WorkflowId) -> Result<(), LibraryError> {
        self.may_edit(actor, id)?;
        if self.0.pictures.remove(id.as_str())? { Ok(()) } else { Err(no_picture(id)) }
    }

    /// The file of a workflow's thumbnail.
    ///
    /// # Errors
    /// When there is no such workflow, it has none, or the actor may not look at it.
    pub fn thumbnail(&self, actor: &Actor, id: &WorkflowId) -> Result<PathBuf, LibraryError> {
        self.0.db.read(|tx| Ok::<_, LibraryError>(policy::view_workflow(actor, &facts(tx, id)?).map(drop)?))?;
        self.0.pictures.find(id.as_str()).ok_or_else(|| no_picture(id))
    }

    /// Whether the actor may change a workflow.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn may_edit(&self, actor: &Actor, id: &WorkflowId) -> Result<(), LibraryError> {
        self.0.db.read(|tx| {
            let facts = facts(tx, id)?;
            changing(&facts, actor, policy::edit_workflow(actor, &facts)).map(drop)
        })
    }

    fn tell(&self, record: &WorkflowRecord, change: WorkflowChange) {
        let (id, user_id) = (record.entry.id.clone(), record.entry.user_id.clone());
        self.0.bus.send(Event::Workflow(WorkflowEvent { id, user_id, change }));
    }
}

fn missing(id: &WorkflowId) -> LibraryError {
    LibraryError::WorkflowNotFound { id: id.clone() }
}

fn no_picture(id: &WorkflowId) -> LibraryError {
    LibraryError::NoPicture { id: id.0.clone() }
}

fn facts(tx: &ReadTx<'_>, id: &WorkflowId) -> Result<WorkflowFacts, LibraryError> {
    rows::facts(tx, id)?.ok_or_else(|| missing(id))
}

/// The decision; an administrator, who may change everything else, is told why this one is an exception.
fn changing<T>(facts: &WorkflowFacts, actor: &Actor, decision: Result<T, Denied>) -> Result<T, LibraryError> {
    match decision {
        Err(_) if facts.is_default && actor.is_admin() => Err(LibraryError::ShippedWorkflow { id: facts.id.clone() }),
        other => Ok(other?),
    }
}
