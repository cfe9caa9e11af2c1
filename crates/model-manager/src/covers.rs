//! Cover pictures: one small WebP per model in `model_images`, named by the model's key.
//!
//! Reference: InvokeAI 6.14.2, `app/services/model_images/model_images_default.py`.

use crate::files::{self, is_contained};
use crate::{ModelError, Models};
use invoke_domain::ModelKey;
use invoke_imaging::{Limits, THUMBNAIL_SIZE, picture, thumbnail, webp};
use invoke_permissions::{Actor, policy};
use invoke_storage::model_access;
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

/// Most bytes of an upload; a full picture of a phone fits.
pub const COVER_LIMIT: usize = 32 << 20;
/// Most pixels of an upload: what is kept has at most 256 a side, so nobody needs more.
const PIXEL_LIMIT: u64 = 50_000_000;

/// The covers in one folder.
#[derive(Debug, Clone)]
pub(crate) struct Covers {
    folder: PathBuf,
}

impl Covers {
    /// Those below the models folder.
    pub(crate) fn new(models_dir: &std::path::Path) -> Self {
        Self { folder: models_dir.join("model_images") }
    }

    fn place(&self, key: &ModelKey) -> Option<PathBuf> {
        is_contained(key.as_str()).then(|| self.folder.join(format!("{key}.webp")))
    }

    /// The file of a model's cover, if it has one.
    pub(crate) fn find(&self, key: &ModelKey) -> Option<PathBuf> {
        self.place(key).filter(|path| path.is_file())
    }

    /// Keeps a picture as the model's cover, over the one that was there.
    pub(crate) fn write(&self, key: &ModelKey, upload: &[u8]) -> Result<(), ModelError> {
        let place = self.place(key).ok_or(ModelError::NotFound)?;
        let limits = Limits { max_bytes: COVER_LIMIT, max_pixels: PIXEL_LIMIT, ..Limits::default() };
        let (pixels, _) = picture::decode_bounded(upload, limits)?;
        let small = webp::encode(&thumbnail(&pixels, THUMBNAIL_SIZE)?, webp::DEFAULT_QUALITY)?;
        files::write(&place, &small)
    }

    /// Removes a model's cover. Says whether there was one.
    pub(crate) fn remove(&self, key: &ModelKey) -> Result<bool, ModelError> {
        let Some(path) = self.find(key) else { return Ok(false) };
        files::remove(&path)?;
        Ok(true)
    }
}

impl Models {
    /// The file of a model's cover, which everybody may see who may see the model; without anybody, whoever asks may be
    /// anybody.
    ///
    /// # Errors
    /// When there is none, or the model is restricted to others.
    pub fn cover(&self, visitor: Option<&Actor>, key: &ModelKey) -> Result<PathBuf, ModelError> {
        let facts = self.shared.db.read(|tx| model_access::facts(tx, key).map_err(ModelError::from))?;
        let sees = match visitor {
            Some(actor) => policy::view_model(actor, &facts).is_ok(),
            None => facts.restricted_to.is_none(),
        };
        self.shared.covers.find(key).filter(|_| sees).ok_or(ModelError::NoCover)
    }

    /// When a model's cover was last changed, as a word that differs with each change; `None` when it has none.
    pub fn cover_version(&self, key: &ModelKey) -> Option<String> {
        let changed = std::fs::metadata(self.shared.covers.find(key)?).ok()?.modified().ok()?;
        Some(format!("{:x}", changed.duration_since(UNIX_EPOCH).ok()?.as_nanos()))
    }

    /// Whether the caller may change this model; for what is to be told before an upload is read.
    ///
    /// # Errors
    /// When there is none of this key, or the caller may not.
    pub fn may_change(&self, actor: &Actor, key: &ModelKey) -> Result<(), ModelError> {
        let _ = policy::manage_model(actor, key)?;
        self.get(actor, key).map(drop)
    }

    /// Makes a small picture of an uploaded PNG, JPEG or WebP and shows it with the model.
    ///
    /// # Errors
    /// When there is none of this key, the caller may not, or the picture can not be read.
    pub fn set_cover(&self, actor: &Actor, key: &ModelKey, upload: &[u8]) -> Result<(), ModelError> {
        let _claim = self.shared.claims.claim(key)?;
        self.may_change(actor, key)?;
        self.shared.covers.write(key, upload)
    }

    /// Removes a model's cover, also one whose model is gone.
    ///
    /// # Errors
    /// When there is none, or the caller may not.
    pub fn delete_cover(&self, actor: &Actor, key: &ModelKey) -> Result<(), ModelError> {
        let _ = policy::manage_model(actor, key)?;
        let _claim = self.shared.claims.claim(key)?;
        if self.shared.covers.remove(key)? { Ok(()) } else { Err(ModelError::NoCover) }
    }
}
