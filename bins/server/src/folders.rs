//! The folders of a root directory.

use crate::StartError;
use invoke_config::Settings;
use std::path::PathBuf;

/// Makes what is missing.
pub(crate) fn make(settings: &Settings) -> Result<(), StartError> {
    let paths = &settings.paths;
    let outputs = &paths.outputs_dir;
    let wanted: [PathBuf; 15] = [
        paths.legacy_conf_dir.clone(),
        paths.db_dir.clone(),
        paths.fonts_dir.clone(),
        paths.models_dir.clone(),
        paths.models_dir.join("model_images"),
        paths.custom_nodes_dir.clone(),
        outputs.join("images/thumbnails"),
        outputs.join("videos/thumbnails"),
        outputs.join("videos/sidecars"),
        outputs.join("tensors"),
        outputs.join("conditioning"),
        paths.style_presets_dir.join("images"),
        paths.workflow_thumbnails_dir.clone(),
        paths.download_cache_dir.clone(),
        paths.convert_cache_dir.clone(),
    ];
    for folder in wanted {
        std::fs::create_dir_all(&folder).map_err(|source| StartError::Folder { folder, source })?;
    }
    Ok(())
}
