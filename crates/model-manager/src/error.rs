//! What can go wrong with models.

use crate::hub::HubError;
use crate::identify::NotAModel;
use invoke_domain::ModelKey;
use invoke_imaging::ImagingError;
use invoke_permissions::Denied;
use invoke_storage::StorageError;
use invoke_storage::models::kinds::Misfit;
use std::path::PathBuf;

/// A request about models can not be met.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// There is no model of this key.
    #[error("model not found")]
    NotFound,
    /// A model that was named beside others is not installed.
    #[error("No model with key '{0}'")]
    NotInstalled(ModelKey),
    /// The model has no cover, or none the asker may see.
    #[error("Model image file not found")]
    NoCover,
    /// A picture that somebody sent can not be kept.
    #[error("the picture cannot be read: {0}")]
    Picture(#[from] ImagingError),
    /// The model is being changed by somebody else.
    #[error("Another operation on model {0} is already in progress. Wait for it to finish and try again.")]
    Busy(ModelKey),
    /// One model is converted at a time.
    #[error("Another model conversion is already in progress. Wait for it to finish and try again.")]
    Converting,
    /// Only main models of some families that are one file are converted.
    #[error("The model with key {0} is not a main SD 1/2/XL checkpoint model.")]
    NotConvertible(ModelKey),
    /// A model that should be converted was not, and why.
    #[error("The model could not be converted: {0}")]
    NotConverted(String),
    /// An account that should have access is not there.
    #[error("User not found")]
    NoSuchUser,
    /// There is no installation of this number.
    #[error("no installation has the number {0}")]
    NoSuchJob(i64),
    /// The source is neither a file nor a folder, nor an address we can fetch.
    #[error("Unsupported model source: '{0}'")]
    UnsupportedSource(String),
    /// The source lies outside `model_source_dirs`.
    #[error("'{}' lies in none of the folders of `model_source_dirs`", .0.display())]
    OutsideSources(PathBuf),
    /// Who installs a model wants a key that can not be one.
    #[error("Invalid model key '{0}': it must be a plain filename")]
    BadKey(String),
    /// A source has nothing that could be a model.
    #[error("{0}: No downloadable files found")]
    NothingToDownload(String),
    /// A repository has a file whose name leads elsewhere.
    #[error("'{0}' is no name for a file of a model")]
    BadFileName(String),
    /// Hugging Face does not have it, or does not answer.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A record's key stays.
    #[error("A model's key cannot be changed")]
    KeyChanged,
    /// The record would be none of its kind.
    #[error(transparent)]
    Misfit(#[from] Misfit),
    /// There is nothing where a model's files should be.
    #[error("the model's files are gone")]
    FilesGone,
    /// What lies there is no model.
    #[error(transparent)]
    NotAModel(#[from] NotAModel),
    /// A folder can not be searched; why is not told.
    #[error("The search path '{0}' could not be scanned")]
    NotScanned(String),
    /// The caller may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Files of a model can not be read, moved or deleted.
    #[error("{action} '{}' failed", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
}

/// Why an installation failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstallError {
    #[error(transparent)]
    NotAModel(#[from] NotAModel),
    #[error("Could not identify model for {}", .0.display())]
    Unidentified(PathBuf),
    #[error("Invalid model key '{0}': it must be a plain filename")]
    BadKey(String),
    #[error("A model with path '{0}' is already installed")]
    Duplicate(String),
    #[error("A model named {name} is already installed at {}", place.display())]
    PlaceTaken { name: String, place: PathBuf },
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl InstallError {
    /// The class of the error, as the reference names it where it has one.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::NotAModel(_) => "ValueError",
            Self::Unidentified(_) | Self::BadKey(_) => "InvalidModelConfigException",
            Self::Duplicate(_) | Self::PlaceTaken { .. } => "DuplicateModelException",
            Self::Model(ModelError::File { .. }) => "OSError",
            Self::Model(_) => "ModelInstallError",
        }
    }

    /// The error and its causes, outermost first.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text = format!("{text}: {cause}");
            source = cause.source();
        }
        text
    }
}
