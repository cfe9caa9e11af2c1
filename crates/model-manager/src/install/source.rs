//! What can be installed, and how people write it.
//!
//! Reference: InvokeAI 6.14.2, `app/services/model_install/model_install_common.py`, `_guess_source`.

use crate::ModelError;
use crate::hub::is_repository;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use url::Url;

/// Forms in which a repository may keep the same weights; empty is the plain one.
const VARIANTS: [&str; 5] = ["fp16", "fp32", "onnx", "openvino", "flax"];
/// The longest text of a source.
const LONGEST: usize = 8192;

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file or folder of this machine, absolute.
    Local {
        /// Where.
        path: PathBuf,
        /// It stays there.
        inplace: bool,
    },
    /// A repository of Hugging Face, or parts of it.
    Hub {
        /// `organisation/name`.
        repository: String,
        /// Which form of the weights; `None` for the one that suits the device.
        variant: Option<String>,
        /// Folders of the repository joined by `+`, or one file of it; all of it without.
        subfolder: Option<String>,
        /// A token for this installation only.
        token: Option<String>,
    },
    /// A file, or the page of a model that the hub or CivitAI has.
    Url {
        /// Its address.
        url: String,
        /// A token for this installation only.
        token: Option<String>,
    },
}

impl Source {
    /// Reads what somebody typed: a path, `organisation/name`, `organisation/name:variant:folder`, an address.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn read(text: &str, inplace: bool, token: Option<String>) -> Result<Self, ModelError> {
        let unsupported = || ModelError::UnsupportedSource(text.chars().take(300).collect());
        let bare = text.trim_matches('"');
        if bare.len() > LONGEST || bare.contains('\0') {
            return Err(unsupported());
        }
        let token = token.filter(|token| !token.is_empty());
        let path = Path::new(bare);
        if path.is_absolute() {
            return Ok(Self::Local { path: path.canonicalize().map_err(|_| unsupported())?, inplace });
        }
        if bare.starts_with("http://") || bare.starts_with("https://") {
            let url = Url::parse(bare).ok().filter(Url::has_host).ok_or_else(unsupported)?;
            return Ok(Self::Url { url: url.to_string(), token });
        }
        Self::of_hub(bare, token).ok_or_else(unsupported)
    }

    fn of_hub(text: &str, token: Option<String>) -> Option<Self> {
        let mut parts = text.splitn(3, ':');
        let repository = parts.next().filter(|name| is_repository(name))?.to_owned();
        let variant = parts.next().filter(|variant| !variant.is_empty());
        // As records write it, two colons stand behind the variant as well.
        let tail =
            parts.next().map(|rest| if variant.is_some() { rest.strip_prefix(':').unwrap_or(rest) } else { rest });
        let subfolder = match tail.map(|folder| folder.trim_matches('/')) {
            // A colon with nothing behind it is a mistake.
            Some("") => return None,
            other => other,
        };
        let known = variant.is_none_or(|variant| VARIANTS.contains(&variant));
        let fits = subfolder.is_none_or(|folder| !folder.contains(':') && folder.split('+').all(is_inside));
        let owned = |text: Option<&str>| text.map(str::to_owned);
        (known && fits).then(|| Self::Hub { repository, variant: owned(variant), subfolder: owned(subfolder), token })
    }

    /// The source as text, as it was typed.
    pub fn text(&self) -> String {
        match self {
            Self::Local { path, .. } => path.display().to_string(),
            Self::Hub { repository, variant, subfolder, .. } => {
                let variant = variant.as_ref().map(|variant| format!(":{variant}")).unwrap_or_default();
                let subfolder = subfolder.as_ref().map(|folder| format!("::{folder}")).unwrap_or_default();
                format!("{repository}{variant}{subfolder}")
            }
            Self::Url { url, .. } => url.clone(),
        }
    }

    /// The source as it stands in the record, which everybody may read.
    pub(crate) fn recorded(&self) -> String {
        match self {
            Self::Url { url, .. } => crate::download::without_secrets(url),
            other => other.text(),
        }
    }

    /// The source as the API describes it. Tokens are not told.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Local { path, inplace } => json!({ "path": path, "inplace": inplace, "type": "local" }),
            Self::Hub { repository, variant, subfolder, .. } => json!({
                "repo_id": repository, "variant": variant, "subfolder": subfolder, "access_token": null, "type": "hf",
            }),
            Self::Url { url, .. } => json!({ "url": url, "access_token": null, "type": "url" }),
        }
    }

    /// The word of a record's `source_type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Local { .. } => "path",
            Self::Hub { .. } => "hf_repo_id",
            Self::Url { .. } => "url",
        }
    }

    /// The token that was given with it.
    pub(crate) fn token(&self) -> Option<&str> {
        match self {
            Self::Local { .. } => None,
            Self::Hub { token, .. } | Self::Url { token, .. } => token.as_deref(),
        }
    }

    /// The parts of a repository that are wanted.
    pub(crate) fn subfolders(&self) -> Vec<String> {
        match self {
            Self::Hub { subfolder: Some(folders), .. } => {
                folders.split('+').map(|folder| folder.trim().trim_matches('/').to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it has to be downloaded.
    pub(crate) fn is_remote(&self) -> bool {
        !matches!(self, Self::Local { .. })
    }
}

/// Whether a folder of a repository is one: no way out of it.
fn is_inside(folder: &str) -> bool {
    crate::download::relative_path(folder.trim().trim_matches('/')).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Source> {
        Source::read(text, false, None).ok()
    }

    fn hub(repository: &str, variant: Option<&str>, subfolder: Option<&str>) -> Option<Source> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Source::Hub {
            repository: repository.into(),
            variant: owned(variant),
            subfolder: owned(subfolder),
            token: None,
        })
    }

    #[test]
    fn a_repository_is_named_with_variant_and_folder() {
        assert_eq!(read("stabilityai/sdxl-vae"), hub("stabilityai/sdxl-vae", None, None));
        assert_eq!(read("a/b:fp16"), hub("a/b", Some("fp16"), None));
        assert_eq!(read("a/b:fp16:vae"), hub("a/b", Some("fp16"), Some("vae")));
        assert_eq!(read("a/b:fp16::vae"), hub("a/b", Some("fp16"), Some("vae")));
        assert_eq!(read("a/b::vae"), hub("a/b", None, Some("vae")));
        assert_eq!(read("a/b::/path/to/model.safetensors"), hub("a/b", None, Some("path/to/model.safetensors")));
        assert_eq!(read("a/b::text_encoder+tokenizer").unwrap().subfolders(), ["text_encoder", "tokenizer"]);
        for bad in
            ["a/b:fp17", "a/b:vae", "a/b::", "a/b::../x", "a/b::x+../y", "a/b::x:y", "a", "a/b/c", "relative/path/x"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_source_is_written_as_the_reference_writes_it() {
        for (typed, written) in
            [("a/b:fp16:vae", "a/b:fp16::vae"), ("a/b::vae", "a/b::vae"), ("a/b:fp16", "a/b:fp16"), ("a/b", "a/b")]
        {
            assert_eq!(read(typed).unwrap().text(), written);
        }
        assert_eq!(read("https://host.org").unwrap().text(), "https://host.org/");
    }

    #[test]
    fn addresses_and_paths_are_told_by_their_beginning() {
        assert!(matches!(read("https://host.org/x.safetensors"), Some(Source::Url { .. })));
        assert!(matches!(read("\"/\""), Some(Source::Local { .. })));
        for bad in ["file:///etc/passwd", "ftp://host.org/x", "https://", "/does/not/exist", "external://a/b"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn tokens_are_not_told() {
        let source = Source::read("https://host.org/x", false, Some("secret".into())).unwrap();
        assert_eq!(source.token(), Some("secret"));
        assert!(!source.to_json().to_string().contains("secret") && !source.text().contains("secret"));
    }
}
