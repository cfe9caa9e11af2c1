//! Style presets: prompts to put around a prompt, with a picture each.

mod exchange;
mod shipped;

pub use exchange::{FileKind, ImportError};

use crate::LibraryError;
use crate::pictures::Pictures;
use invoke_domain::{PresetId, Random, StylePreset, UserId, new_uuid};
use invoke_permissions::{Actor, Denied, Grant, Manage, PresetFacts, Presets as Managed, policy};
use invoke_storage::file_deletions::OwnedKind;
use invoke_storage::style_presets as rows;
use invoke_storage::{Database, ReadTx, Tx};
use std::path::PathBuf;
use std::sync::Arc;

/// What somebody wants to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreset {
    /// Its name.
    pub name: String,
    /// The prompt; `{prompt}` stands for what the user wrote.
    pub positive_prompt: String,
    /// The negative prompt, likewise.
    pub negative_prompt: String,
    /// One for everybody, which only administrators may add.
    pub is_default: bool,
    /// Everybody may use it.
    pub is_public: bool,
}

/// A preset, and whether it has a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptPreset {
    /// The preset.
    pub preset: StylePreset,
    /// Whether it has a picture.
    pub has_image: bool,
}

/// All style presets. Cheap to clone; every method blocks.
#[derive(Debug, Clone)]
pub struct Presets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: Database,
    pictures: Pictures,
    random: Arc<dyn Random>,
}

impl Presets {
    /// The presets of `db`, with pictures in `images_dir`, which is made when it is missing.
    ///
    /// # Errors
    /// When that folder cannot be made.
    pub fn new(db: Database, images_dir: PathBuf, random: Arc<dyn Random>) -> Result<Self, LibraryError> {
        let pictures = Pictures::new(db.clone(), OwnedKind::StylePresetImage, images_dir)?;
        Ok(Self(Arc::new(Inner { db, pictures, random })))
    }

    /// Makes the shipped presets in the database those of this release.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sync_shipped(&self) -> Result<(), LibraryError> {
        self.0.pictures.sweep()?;
        let presets = shipped::presets()?;
        self.0.db.write(|tx| {
            let grant = policy::manage_shipped(&Actor::operator())?;
            Ok(rows::sync_shipped(tx, &grant, &presets)?)
        })
    }

    fn kept(&self, preset: StylePreset) -> KeptPreset {
        KeptPreset { has_image: self.0.pictures.find(preset.id.as_str()).is_some(), preset }
    }

    /// The presets the actor may use, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub fn list(&self, actor: &Actor) -> Result<Vec<KeptPreset>, LibraryError> {
        let presets = self.0.db.read(|tx| rows::list(tx, &actor.scope()).map_err(LibraryError::from))?;
        Ok(presets.into_iter().map(|preset| self.kept(preset)).collect())
    }

    /// A preset.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not look at it.
    pub fn get(&self, actor: &Actor, id: &PresetId) -> Result<KeptPreset, LibraryError> {
        let preset = self.0.db.read(|tx| {
            let grant = policy::view_preset(actor, &facts(tx, id)?)?;
            rows::get(tx, &grant)?.ok_or_else(|| missing(id))
        })?;
        Ok(self.kept(preset))
    }

    /// Keeps a new preset as the actor's own, with the picture that was uploaded for it.
    ///
    /// # Errors
    /// When the actor may not add one for everybody, or the picture cannot be read.
    pub fn create(&self, actor: &Actor, new: NewPreset, upload: Option<&[u8]>) -> Result<KeptPreset, LibraryError> {
        let manage = if new.is_default { Some(policy::manage_presets(actor)?) } else { None };
        let picture = upload.map(Pictures::prepare).transpose()?;
        let preset = self.named(new, actor.user_id());
        let Some(picture) = picture else {
            self.0.db.write(|tx| insert(tx, manage.as_ref(), &preset))?;
            return Ok(self.kept(preset));
        };
        // The picture first: a preset is there with its picture or not at all.
        let (pictures, id) = (&self.0.pictures, preset.id.as_str());
        self.0.db.write(|tx| pictures.note(tx, id))?;
        let stored = pictures.write(id, &picture).and_then(|()| {
            self.0.db.write(|tx| {
                pictures.keep(tx, id)?;
                insert(tx, manage.as_ref(), &preset)
            })
        });
        if stored.is_err() {
            pictures.forget(id);
        }
        stored.map(|()| self.kept(preset))
    }

    fn named(&self, new: NewPreset, owner: &UserId) -> StylePreset {
        StylePreset {
            id: PresetId(new_uuid(&*self.0.random)),
            user_id: owner.clone(),
            name: new.name,
            positive_prompt: new.positive_prompt,
            negative_prompt: new.negative_prompt,
            is_default: new.is_default,
            is_public: new.is_public,
        }
    }

    /// Replaces name, prompts, who may use it, and the picture: without an upload there is none any more. Whether it is
    /// one for everybody cannot be changed.
    ///
    /// # Errors
    /// When there is none of this id, the actor may not, or the picture cannot be read.
    pub fn update(
        &self,
        actor: &Actor,
        id: &PresetId,
        new: NewPreset,
        upload: Option<&[u8]>,
    ) -> Result<KeptPreset, LibraryError> {
        self.may_edit(actor, id)?;
        let picture = upload.map(Pictures::prepare).transpose()?;
        let preset = self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let grant = changing(&facts, actor, policy::edit_preset(actor, &facts))?;
            rows::update(tx, &grant, &StylePreset { id: id.clone(), ..self.named(new, &facts.owner) })?;
            let view = policy::view_preset(actor, &facts)?;
            rows::get(tx, &view)?.ok_or_else(|| missing(id))
        })?;
        match &picture {
            Some(picture) => self.0.pictures.write(id.as_str(), picture)?,
            None => drop(self.0.pictures.remove(id.as_str())?),
        }
        // Somebody may have deleted the preset meanwhile.
        let still = self.0.db.read(|tx| facts(tx, id).map(drop));
        if let Err(LibraryError::PresetNotFound { .. }) = still {
            self.0.pictures.forget(id.as_str());
        }
        still.map(|()| self.kept(preset))
    }

    /// Whether the actor may change a preset.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn may_edit(&self, actor: &Actor, id: &PresetId) -> Result<(), LibraryError> {
        self.0.db.read(|tx| {
            let facts = facts(tx, id)?;
            changing(&facts, actor, policy::edit_preset(actor, &facts)).map(drop)
        })
    }

    /// Deletes a preset and its picture.
    ///
    /// # Errors
    /// When there is none of this id, or the actor may not.
    pub fn delete(&self, actor: &Actor, id: &PresetId) -> Result<(), LibraryError> {
        self.0.db.write(|tx| {
            let facts = facts(tx, id)?;
            let grant = changing(&facts, actor, policy::delete_preset(actor, &facts))?;
            rows::delete(tx, &grant)?;
            self.0.pictures.note(tx, id.as_str())
        })?;
        self.0.pictures.forget(id.as_str());
        Ok(())
    }

    /// The file of a preset's picture.
    ///
    /// # Errors
    /// When there is no such preset, it has none, or the actor may not look at it.
    pub fn image(&self, actor: &Actor, id: &PresetId) -> Result<PathBuf, LibraryError> {
        self.0.db.read(|tx| Ok::<_, LibraryError>(policy::view_preset(actor, &facts(tx, id)?).map(drop)?))?;
        self.0.pictures.find(id.as_str()).ok_or_else(|| LibraryError::NoPicture { id: id.0.clone() })
    }

    /// Adds the presets of a file as the actor's own; all of them or none. Says how many.
    ///
    /// # Errors
    /// When the actor may not, or the file cannot be read.
    pub fn import(&self, actor: &Actor, file: &[u8], kind: FileKind) -> Result<usize, LibraryError> {
        let _manage = policy::manage_presets(actor)?;
        let presets: Vec<StylePreset> =
            exchange::read(file, kind)?.into_iter().map(|new| self.named(new, actor.user_id())).collect();
        self.0
            .db
            .write(|tx| presets.iter().try_for_each(|preset| rows::insert(tx, preset)).map_err(LibraryError::from))?;
        Ok(presets.len())
    }

    /// Everybody's own presets as a CSV file.
    ///
    /// # Errors
    /// When the actor may not.
    pub fn export(&self, actor: &Actor) -> Result<Vec<u8>, LibraryError> {
        let grant = policy::manage_presets(actor)?;
        let presets = self.0.db.read(|tx| rows::list_by_users(tx, &grant).map_err(LibraryError::from))?;
        Ok(exchange::write(&presets)?)
    }
}

fn insert(tx: &Tx<'_>, manage: Option<&Grant<Managed, Manage>>, preset: &StylePreset) -> Result<(), LibraryError> {
    match manage {
        Some(grant) => rows::insert_default(tx, grant, preset)?,
        None => rows::insert(tx, preset)?,
    }
    Ok(())
}

fn missing(id: &PresetId) -> LibraryError {
    LibraryError::PresetNotFound { id: id.clone() }
}

fn facts(tx: &ReadTx<'_>, id: &PresetId) -> Result<PresetFacts, LibraryError> {
    rows::facts(tx, id)?.ok_or_else(|| missing(id))
}

/// The decision; whoever may not change a default is told that it is one.
fn changing<T>(facts: &PresetFacts, actor: &Actor, decision: Result<T, Denied>) -> Result<T, LibraryError> {
    match decision {
        Err(_) if facts.is_default && !actor.is_admin() => Err(LibraryError::DefaultPreset { id: facts.id.clone() }),
        other => Ok(other?),
    }
}
