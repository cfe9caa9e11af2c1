//! Hugging Face: what a repository holds, which of its files make a model, and whose token is used.
//!
//! Reference: InvokeAI 6.14.2, `backend/model_manager/metadata/fetch/huggingface.py`; the hub's own library for the API and
//! for where the token lies.

mod choose;
mod login;
mod token;

pub(crate) use choose::choose;
pub use login::HubLogin;
pub use token::HubToken;

use crate::download::{DownloadError, Http};
use serde_json::Value;
use url::Url;

/// The hub that everybody knows.
pub const HUB: &str = "https://huggingface.co";
/// The longest description of a repository that is kept in a record.
const MAX_KEPT: usize = 1 << 20;
/// More files are in no model.
const MAX_FILES: usize = 50_000;
/// Files that are models by themselves.
const CHECKPOINTS: [&str; 5] = [".safetensors", ".bin", ".pth", ".pt", ".ckpt"];

/// What a repository holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Repository {
    /// `organisation/name`.
    pub id: String,
    /// Its files.
    pub files: Vec<RemoteFile>,
    /// What the hub says of it, as JSON text, where that is not too long.
    pub description: Option<String>,
    /// Whether its folder as a whole is a model, as diffusers and transformers write them.
    pub is_diffusers: bool,
}

/// A file of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteFile {
    /// Where it is fetched.
    pub url: String,
    /// Below the repository, as the hub has it.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of its content; the hub has it for large files.
    pub sha256: Option<String>,
}

/// Why a repository can not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// There is none of this name, or it is somebody's own.
    #[error("'{0}' not found. See trace for details.")]
    NotFound(String),
    /// This is no name of a repository.
    #[error("{0}: invalid repo_id format")]
    BadName(String),
    /// The hub lets only some people have it.
    #[error("'{0}' is only for those who accepted its terms: sign in to Hugging Face, accept them, and set the token")]
    Gated(String),
    /// The hub did not answer, or not as expected; what is told has no secrets.
    #[error("Hugging Face could not be asked: {0}")]
    Unreachable(String),
}

impl From<DownloadError> for HubError {
    fn from(error: DownloadError) -> Self {
        Self::Unreachable(error.chain())
    }
}

impl Repository {
    /// The last part of its name.
    pub fn name(&self) -> &str {
        self.id.split('/').next_back().unwrap_or_default()
    }

    /// The files that are models by themselves; none where the whole folder is one.
    pub fn checkpoints(&self) -> Option<Vec<String>> {
        let is_checkpoint = |file: &&RemoteFile| CHECKPOINTS.iter().any(|ending| file.url.ends_with(ending));
        let found = || self.files.iter().filter(is_checkpoint).map(|file| file.url.clone()).collect();
        (!self.is_diffusers).then(found)
    }

    /// How the API describes it.
    pub(crate) fn to_json(&self) -> Value {
        let name = self.name();
        let files: Vec<Value> = self
            .files
            .iter()
            .map(|file| {
                let path = format!("{name}/{}", file.path);
                serde_json::json!({ "url": file.url, "path": path, "size": file.size, "sha256": file.sha256 })
            })
            .collect();
        serde_json::json!({
            "name": name, "files": files, "type": "huggingface", "id": self.id, "api_response": self.description,
            "is_diffusers": self.is_diffusers, "ckpt_urls": self.checkpoints(),
        })
    }
}

/// Whether `text` has the form `organisation/name`.
pub(crate) fn is_repository(text: &str) -> bool {
    let plain = |part: &str| {
        let known = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_');
        !part.is_empty()
            && part.len() <= 100
            && !part.starts_with('.')
            && !part.contains("..")
            && part.chars().all(known)
    };
    matches!(text.split_once('/'), Some((organisation, name)) if plain(organisation) && plain(name))
}

/// What the repository `id` holds, in the branch `variant` if there is one, else in its main one.
///
/// # Errors
/// When there is no such repository, or the hub does not tell.
pub(crate) async fn repository(
    http: &Http,
    endpoint: &str,
    id: &str,
    variant: Option<&str>,
    token: Option<&str>,
) -> Result<Repository, HubError> {
    if !is_repository(id) {
        return Err(HubError::BadName(id.chars().take(200).collect()));
    }
    let branch = variant.filter(|variant| !variant.is_empty());
    if let Some(branch) = branch {
        let (answer, described) =
            http.json(&format!("{endpoint}/api/models/{id}/revision/{branch}?blobs=true"), token).await?;
        if answer.response.status() == 200 {
            return Ok(read(endpoint, id, branch, &described));
        }
        if answer.response.status() != 404 {
            return Err(refusal(id, &answer));
        }
    }
    let (answer, described) = http.json(&format!("{endpoint}/api/models/{id}?blobs=true"), token).await?;
    if answer.response.status() == 200 { Ok(read(endpoint, id, "main", &described)) } else { Err(refusal(id, &answer)) }
}

fn refusal(id: &str, answer: &crate::download::Answer) -> HubError {
    let code = answer.response.headers().get("x-error-code").and_then(|code| code.to_str().ok()).unwrap_or_default();
    match (answer.response.status().as_u16(), code) {
        (403, _) | (_, "GatedRepo") => HubError::Gated(id.to_owned()),
        // The hub does not tell strangers which repositories there are.
        (401 | 404, _) => HubError::NotFound(id.to_owned()),
        _ => HubError::Unreachable(answer.refusal().to_string()),
    }
}

fn read(endpoint: &str, id: &str, revision: &str, described: &Value) -> Repository {
    let files = described["siblings"].as_array().into_iter().flatten().take(MAX_FILES).filter_map(|entry| {
        let path = entry["rfilename"].as_str()?;
        let size = entry["size"].as_u64().or_else(|| entry["lfs"]["size"].as_u64()).unwrap_or(0);
        let sha256 = entry["lfs"]["sha256"].as_str().map(str::to_owned);
        Some(RemoteFile { url: file_url(endpoint, id, revision, path)?, path: path.to_owned(), size, sha256 })
    });
    let files: Vec<RemoteFile> = files.collect();
    let whole = |file: &RemoteFile| file.path.ends_with("model_index.json") || file.path.ends_with("config.json");
    let is_diffusers = files.iter().any(whole);
    let text = described.to_string();
    let description = (text.len() <= MAX_KEPT).then_some(text);
    Repository { id: described["id"].as_str().unwrap_or(id).to_owned(), files, description, is_diffusers }
}

/// Where a file is fetched, its name percent-encoded.
fn file_url(endpoint: &str, id: &str, revision: &str, path: &str) -> Option<String> {
    let mut url = Url::parse(endpoint).ok()?;
    url.path_segments_mut()
        .ok()?
        .pop_if_empty()
        .extend(id.split('/'))
        .push("resolve")
        .push(revision)
        .extend(path.split('/'));
    Some(url.to_string())
}

/// Whether an address is of the hub: of the one in use, or of the one everybody knows.
pub(crate) fn owns(endpoint: &str, url: &Url) -> bool {
    [endpoint, HUB].into_iter().filter_map(|hub| Url::parse(hub).ok()).any(|hub| hub.origin() == url.origin())
}

/// The repository whose page an address is.
pub(crate) fn repository_of_page(endpoint: &str, url: &Url) -> Option<String> {
    let path = url.path().trim_start_matches('/');
    let plain = url.query().is_none() && url.fragment().is_none();
    (plain && owns(endpoint, url) && is_repository(path)).then(|| path.to_owned())
}

/// The address of a file's page as the address of the file.
pub(crate) fn file_of_page(endpoint: &str, url: &Url) -> Url {
    let parts: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
    let mut direct = url.clone();
    if owns(endpoint, url) && parts.len() >= 5 && parts[2].eq_ignore_ascii_case("blob") {
        let path = [&parts[..2], &["resolve"], &parts[3..]].concat().join("/");
        direct.set_path(&path);
    }
    direct
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_repositories_are_two_plain_words() {
        for name in ["stabilityai/sdxl-vae", "a/b.c_d", "InvokeAI/t5-v1_1-xxl"] {
            assert!(is_repository(name), "{name}");
        }
        for name in ["", "a", "a/", "/a", "a/b/c", "../a", "a/..", "a b/c", "a/b?c", "a/b#c", "a/b%2f", "a/b:c"] {
            assert!(!is_repository(name), "{name}");
        }
    }

    #[test]
    fn pages_of_the_hub_are_told_from_files() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(repository_of_page(HUB, &url("https://huggingface.co/a/b")).as_deref(), Some("a/b"));
        assert_eq!(repository_of_page(HUB, &url("https://huggingface.co/a/b/resolve/main/c.bin")), None);
        assert_eq!(repository_of_page(HUB, &url("https://evil.co/a/b")), None);
        let page = url("https://huggingface.co/a/b/blob/main/d/c.safetensors?x=1");
        assert_eq!(file_of_page(HUB, &page).as_str(), "https://huggingface.co/a/b/resolve/main/d/c.safetensors?x=1");
        let direct = url("https://huggingface.co/a/b/resolve/main/c.safetensors");
        assert_eq!(file_of_page(HUB, &direct), direct);
    }

    #[test]
    fn names_of_files_are_encoded() {
        let url = file_url("https://hub.test/base/", "a/b", "main", "dir/my file#1.bin").unwrap();
        assert_eq!(url, "https://hub.test/base/a/b/resolve/main/dir/my%20file%231.bin");
    }
}
