//! Files in the models folder that no record names: what a deleted database, an aborted copy or another program left.
//!
//! Reference: InvokeAI 6.14.2, `app/services/orphaned_models/orphaned_models_service.py`.

use crate::files::{self, entries};
use crate::install::STAGING;
use crate::{ModelError, ModelOrder, ModelQuery, Models};
use invoke_permissions::Actor;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// Where a model is built before it is registered.
pub(crate) const SCRATCH: &str = ".convert_tmp";
/// Folders whose files are no models, or none yet.
const PASSED_OVER: [&str; 5] = [".download_cache", ".convert_cache", SCRATCH, "__pycache__", ".git"];
/// Endings of files that hold weights.
const WEIGHTS: [&str; 7] = ["safetensors", "ckpt", "pt", "pth", "bin", "onnx", "gguf"];

/// A file or folder directly in the models folder with weights that belong to no model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrphanedModel {
    /// Its name in the models folder.
    pub path: PathBuf,
    /// The same, absolute.
    pub absolute_path: PathBuf,
    /// Its files with weights, by their path in it; of a file that lies there alone, `.`.
    pub files: Vec<PathBuf>,
    /// Bytes of these files together.
    pub bytes: u64,
}

/// What became of a file or folder that was to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// As it was named.
    pub path: String,
    /// Why it is still there, if it is.
    pub refused: Option<&'static str>,
}

impl Models {
    /// What lies in the models folder and belongs to no model.
    ///
    /// # Errors
    /// When the caller may not, or the folder can not be read.
    pub fn orphaned(&self, actor: &Actor) -> Result<Vec<OrphanedModel>, ModelError> {
        let _ = crate::models::may_install(actor)?;
        let root = self.models_root()?;
        let taken = self.taken(&root)?;
        let all = entries(&root).map_err(files::failed("reading", &root))?;
        let mut found: BTreeMap<PathBuf, (Vec<PathBuf>, u64)> = BTreeMap::new();
        for path in all {
            let Some(name) = orphan_of(&root, &path, &taken).filter(|name| !is_of_work(name)) else { continue };
            let below = path.strip_prefix(root.join(&name)).map(Path::to_owned).unwrap_or_default();
            let below = if below.as_os_str().is_empty() { PathBuf::from(".") } else { below };
            let (files, bytes) = found.entry(name).or_default();
            *bytes += std::fs::metadata(&path).map_or(0, |about| about.len());
            files.push(below);
        }
        let orphan = |(path, (mut files, bytes)): (PathBuf, (Vec<PathBuf>, u64))| {
            files.sort();
            OrphanedModel { absolute_path: root.join(&path), path, files, bytes }
        };
        Ok(found.into_iter().map(orphan).collect())
    }

    /// Removes files and folders that belong to no model; each for itself. Only what [`Self::orphaned`] would name is
    /// removed: the list is made anew, so that what became a model meanwhile stays.
    ///
    /// # Errors
    /// When the caller may not, or the folder can not be read.
    pub fn delete_orphaned(&self, actor: &Actor, paths: &[String]) -> Result<Vec<Removal>, ModelError> {
        let orphans: BTreeSet<PathBuf> = self.orphaned(actor)?.into_iter().map(|orphan| orphan.path).collect();
        let root = self.models_root()?;
        let removal = |path: &String| {
            let wanted = Path::new(path);
            let plain = !path.is_empty() && wanted.components().all(|part| matches!(part, Component::Normal(_)));
            let refused = if !plain {
                Some("error: path is not under models directory")
            } else if wanted.starts_with(SCRATCH) {
                Some("error: path is reserved for active conversion")
            } else if is_of_work(wanted) {
                Some("error: path is reserved for an installation")
            } else if !root.join(wanted).exists() {
                Some("error: path does not exist")
            } else if !orphans.contains(wanted) {
                Some("error: path belongs to an installed model or holds no model files")
            } else {
                files::remove(&root.join(wanted)).err().map(|error| {
                    tracing::warn!(path, error = &error as &dyn std::error::Error, "an orphaned model was not removed");
                    "error: the files could not be removed"
                })
            };
            Removal { path: path.clone(), refused }
        };
        Ok(paths.iter().map(removal).collect())
    }

    fn models_root(&self) -> Result<PathBuf, ModelError> {
        let folder = &self.shared.settings.models_dir;
        folder.canonicalize().map_err(files::failed("reading", folder))
    }

    /// The names in the models folder that records lead to, directly or through links.
    fn taken(&self, root: &Path) -> Result<BTreeSet<PathBuf>, ModelError> {
        let mut taken = BTreeSet::new();
        for record in self.list(&Actor::operator(), &ModelQuery::default(), ModelOrder::Default, false)? {
            let files = self.files(&record);
            for path in [files.canonicalize().unwrap_or_else(|_| files.clone()), files] {
                taken.extend(path.strip_prefix(root).ok().and_then(first_part));
            }
        }
        Ok(taken)
    }
}

fn first_part(path: &Path) -> Option<PathBuf> {
    path.components().next().map(|part| PathBuf::from(part.as_os_str()))
}

/// The name in the models folder below which a file with weights lies that belongs to no model.
fn orphan_of(root: &Path, path: &Path, taken: &BTreeSet<PathBuf>) -> Option<PathBuf> {
    let inside = path.strip_prefix(root).ok()?;
    let name = first_part(inside)?;
    let passed_over = inside.iter().any(|part| PASSED_OVER.iter().any(|known| part == *known));
    let extension = path.extension()?.to_str()?.to_ascii_lowercase();
    let is_weights = WEIGHTS.contains(&extension.as_str()) && path.is_file();
    (is_weights && !passed_over && !taken.contains(&name)).then_some(name)
}

/// Whether a path in the models folder belongs to an installation that has not ended.
fn is_of_work(path: &Path) -> bool {
    path.iter().next().is_some_and(|first| first.to_string_lossy().starts_with(STAGING))
}
