//! Where models come from: Hugging Face, CivitAI, and how files are downloaded from there and elsewhere.

use crate::workers::wanted_devices;
use invoke_config::Settings;
use invoke_config::sections::Precision;
use invoke_model_manager::{CIVITAI, DownloadSettings, HUB, HashAlgorithm, HubToken, ModelSettings, RemoteToken};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The services models come from. Tests put their own in.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Address of Hugging Face, without a slash at its end.
    pub hub: String,
    /// The token for it.
    pub hub_token: Arc<HubToken>,
    /// Address of CivitAI, without a slash at its end.
    pub civitai: String,
    /// How long to wait before a download that broke off is tried again for the first time.
    pub first_wait: Duration,
}

impl Outside {
    /// As the hub's own programs find it: `HF_ENDPOINT`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HOME`.
    pub fn from_environment() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
        let home = || {
            let cache =
                text("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(text("HOME")?).join(".cache")));
            text("HF_HOME").map(PathBuf::from).or_else(|| Some(cache?.join("huggingface")))
        };
        let file = text("HF_TOKEN_PATH").map(PathBuf::from).or_else(|| Some(home()?.join("token")));
        let fixed = text("HF_TOKEN").or_else(|| text("HUGGING_FACE_HUB_TOKEN"));
        let hub = text("HF_ENDPOINT").unwrap_or_else(|| HUB.to_owned());
        Self {
            hub: hub.trim_end_matches('/').to_owned(),
            hub_token: Arc::new(HubToken::new(fixed, file)),
            civitai: CIVITAI.to_owned(),
            first_wait: DownloadSettings::default().first_wait,
        }
    }
}

/// The settings of everything about models.
pub(crate) fn models(settings: &Settings, outside: &Outside) -> ModelSettings {
    let models = &settings.models;
    let tokens = models.remote_api_tokens.iter().flatten().filter_map(|entry| {
        let made = RemoteToken::new(&entry.url_regex, entry.token.reveal());
        made.inspect_err(
            |error| tracing::warn!(%error, "`remote_api_tokens`: no regular expression: {}", entry.url_regex),
        )
        .ok()
    });
    let has_gpu = || wanted_devices(settings).iter().any(|device| device.starts_with("cuda"));
    ModelSettings {
        models_dir: settings.paths.models_dir.clone(),
        source_dirs: models.model_source_dirs.clone(),
        allow_unknown: models.allow_unknown_models,
        hashing: HashAlgorithm::parse(models.hashing_algorithm.as_str()).unwrap_or_default(),
        prefers_half: match settings.device.precision {
            Precision::Float16 | Precision::Auto => has_gpu(),
            Precision::Bfloat16 | Precision::Float32 => false,
        },
        downloads: DownloadSettings {
            parallel: usize::try_from(models.max_parallel_downloads.0).unwrap_or(1),
            allow_private: models.allow_private_download_urls,
            proxy: models.download_proxy.clone(),
            tokens: tokens.collect(),
            first_wait: outside.first_wait,
            ..DownloadSettings::default()
        },
        hub: outside.hub.clone(),
        hub_token: Arc::clone(&outside.hub_token),
        civitai: outside.civitai.clone(),
    }
}
