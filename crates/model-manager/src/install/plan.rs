//! Which files an installation has to download, and where each goes.
//!
//! Reference: InvokeAI 6.14.2, `model_install_default.py`, `_remote_files_from_source`, `_multifile_download`.

use super::source::Source;
use super::staging::Staging;
use crate::ModelError;
use crate::download::{Part, relative_path};
use crate::hub::{self, Repository};
use crate::models::Shared;
use invoke_permissions::{Grant, Manage, Model};
use serde_json::Value;
use std::path::PathBuf;
use url::Url;

/// What is to be downloaded.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Plan {
    /// The files, sorted by address; each below the folder of the installation.
    pub(super) files: Vec<Planned>,
    /// What the source says of the model, as the API shows it.
    pub(super) metadata: Option<Value>,
    /// The same as text, as records keep it.
    pub(super) description: Option<String>,
}

/// A file that is to be downloaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    url: String,
    /// None for a file that is named by whoever sends it.
    path: Option<PathBuf>,
    size: u64,
    sha256: Option<String>,
}

impl Plan {
    /// The files as parts of a job that works in `staging`.
    pub(super) fn parts(&self, staging: &Staging) -> Vec<Part> {
        let part = |file: &Planned| {
            let dest = file.path.as_ref().map_or_else(|| staging.path().to_owned(), |path| staging.path().join(path));
            let mut part = Part::new(0, file.url.clone(), dest);
            (part.total_bytes, part.sha256, part.into_folder) = (file.size, file.sha256.clone(), file.path.is_none());
            part
        };
        self.files.iter().map(part).collect()
    }
}

impl Shared {
    /// What has to be downloaded for `source`. A repository is asked for its files.
    pub(super) async fn plan(&self, grant: &Grant<Model, Manage>, source: &Source) -> Result<Plan, ModelError> {
        match source {
            Source::Local { path, .. } => Err(ModelError::UnsupportedSource(path.display().to_string())),
            Source::Hub { repository, variant, .. } => {
                let repository = self.repository(grant, repository, variant.as_deref(), source.token()).await?;
                let guessed = if self.settings.prefers_half { "fp16" } else { "" };
                self.plan_repository(source, &repository, variant.as_deref().unwrap_or(guessed))
            }
            Source::Url { url, .. } => {
                let url = Url::parse(url).map_err(|_| ModelError::UnsupportedSource(url.clone()))?;
                let endpoint = &self.settings.hub;
                if let Some(id) = hub::repository_of_page(endpoint, &url) {
                    let repository = self.repository(grant, &id, None, source.token()).await?;
                    return self.plan_repository(source, &repository, "");
                }
                let url = hub::file_of_page(endpoint, &url).to_string();
                let file = Planned { url, path: None, size: 0, sha256: None };
                Ok(Plan { files: vec![file], metadata: None, description: None })
            }
        }
    }

    /// What a repository of the hub holds, asked with the given token or the one that is kept.
    pub(crate) async fn repository(
        &self,
        _: &Grant<Model, Manage>,
        id: &str,
        variant: Option<&str>,
        token: Option<&str>,
    ) -> Result<Repository, ModelError> {
        let kept = self.settings.hub_token.get();
        let token = token.or(kept.as_deref());
        Ok(hub::repository(&self.http, &self.settings.hub, id, variant, token).await?)
    }

    fn plan_repository(&self, source: &Source, repository: &Repository, variant: &str) -> Result<Plan, ModelError> {
        let paths: Vec<String> = repository.files.iter().map(|file| file.path.clone()).collect();
        let subfolders = source.subfolders();
        let chosen = hub::choose(&paths, variant, &subfolders);
        let mut files = Vec::new();
        for file in repository.files.iter().filter(|file| chosen.contains(&file.path)) {
            let path = local_path(repository.name(), &file.path, &subfolders)
                .ok_or_else(|| ModelError::BadFileName(file.path.chars().take(200).collect()))?;
            files.push(Planned {
                url: file.url.clone(),
                path: Some(path),
                size: file.size,
                sha256: file.sha256.clone(),
            });
        }
        if files.is_empty() {
            return Err(ModelError::NothingToDownload(source.text()));
        }
        files.sort_by(|a, b| a.url.cmp(&b.url));
        Ok(Plan { files, metadata: Some(repository.to_json()), description: repository.description.clone() })
    }
}

/// Where a file of a repository goes: below a folder of the repository's name; one subfolder makes a folder (or file) of both
/// names, several keep their own below one of all names.
fn local_path(name: &str, path: &str, subfolders: &[String]) -> Option<PathBuf> {
    let last = |folder: &str| folder.rsplit('/').next().unwrap_or_default().to_owned();
    let placed = match subfolders {
        [] => format!("{name}/{path}"),
        [one] => {
            let rest = path.strip_prefix(one.as_str())?;
            format!("{name}_{}{rest}", last(one))
        }
        several => {
            let names: Vec<String> = several.iter().map(|folder| last(folder)).collect();
            let inside = several.iter().find_map(|folder| {
                let rest = path.strip_prefix(folder.as_str())?.strip_prefix('/')?;
                Some(format!("{}/{rest}", last(folder)))
            });
            format!("{name}_{}/{}", names.join("_"), inside.as_deref().unwrap_or(path))
        }
    };
    relative_path(&placed).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_where_the_reference_puts_them() {
        let place = |path: &str, subfolders: &[&str]| {
            let subfolders: Vec<String> = subfolders.iter().map(|folder| (*folder).to_owned()).collect();
            local_path("turbo", path, &subfolders).map(|path| path.display().to_string())
        };
        assert_eq!(place("unet/config.json", &[]).unwrap(), "turbo/unet/config.json");
        assert_eq!(place("vae/config.json", &["vae"]).unwrap(), "turbo_vae/config.json");
        assert_eq!(place("a/vae/x/y.json", &["a/vae"]).unwrap(), "turbo_vae/x/y.json");
        assert_eq!(place("t/nf4/x.safetensors", &["t/nf4/x.safetensors"]).unwrap(), "turbo_x.safetensors");
        assert_eq!(place("enc/model.bin", &["enc", "a/tok"]).unwrap(), "turbo_enc_tok/enc/model.bin");
        assert_eq!(place("a/tok/t.json", &["enc", "a/tok"]).unwrap(), "turbo_enc_tok/tok/t.json");
        for path in ["../evil.json", "a/../../evil.json", "/etc/passwd", "a\\b.json", "c:/x.json"] {
            assert_eq!(place(path, &[]), None, "{path}");
        }
    }
}
