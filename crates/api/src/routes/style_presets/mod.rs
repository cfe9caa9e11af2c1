//! Style presets.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod export;
pub(crate) mod get;
pub(crate) mod image;
pub(crate) mod import;
pub(crate) mod list;
pub(crate) mod update;

use crate::check;
use crate::error::ApiError;
use invoke_domain::{Random, new_uuid};
use invoke_library::{KeptPreset, NewPreset};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(crate) struct PresetPath {
    /// The id of the style preset
    style_preset_id: String,
}

/// A style preset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StylePresetRecordWithImage)]
pub(crate) struct PresetDto {
    /// The name of the style preset.
    name: String,
    /// The preset data
    preset_data: PresetData,
    /// The type of style preset
    r#type: PresetType,
    /// Whether the preset is visible to other users.
    #[schema(required = false)]
    is_public: bool,
    /// The style preset ID.
    id: String,
    /// The user who owns this style preset.
    user_id: String,
    /// The path for image
    #[schema(required = true)]
    image: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PresetData {
    /// Positive prompt
    positive_prompt: String,
    /// Negative prompt
    negative_prompt: String,
}

/// Whose preset it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PresetType {
    /// Somebody's own.
    User,
    /// One for everybody.
    Default,
}

impl PresetDto {
    /// The end of the picture's address differs each time, so that no browser shows an old one.
    fn new(kept: KeptPreset, random: &dyn Random) -> Self {
        let KeptPreset { preset, has_image } = kept;
        let image = has_image.then(|| format!("api/v1/style_presets/i/{}/image?{}", preset.id, new_uuid(random)));
        Self {
            name: preset.name,
            preset_data: PresetData {
                positive_prompt: preset.positive_prompt,
                negative_prompt: preset.negative_prompt,
            },
            r#type: if preset.is_default { PresetType::Default } else { PresetType::User },
            is_public: preset.is_public,
            id: preset.id.0,
            user_id: preset.user_id.0,
            image,
        }
    }
}

/// The form of a preset: `data` is JSON, a [`PresetForm`] as text.
#[derive(Debug, ToSchema)]
#[schema(as = Body_create_style_preset)]
#[expect(dead_code, reason = "only documented: forms are read part by part")]
pub(crate) struct NewForm {
    /// The image file to upload
    #[schema(value_type = Option<String>, content_media_type = "application/octet-stream")]
    image: Option<Vec<u8>>,
    /// The data of the style preset to create
    data: String,
}

/// The same for one that is there.
#[derive(Debug, ToSchema)]
#[schema(as = Body_update_style_preset)]
#[expect(dead_code, reason = "only documented: forms are read part by part")]
pub(crate) struct ChangedForm {
    /// The image file to upload
    #[schema(value_type = Option<String>, content_media_type = "application/octet-stream")]
    image: Option<Vec<u8>>,
    /// The data of the style preset to update
    data: String,
}

/// What `data` holds.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PresetForm {
    name: String,
    positive_prompt: String,
    negative_prompt: String,
    r#type: PresetType,
    #[serde(default)]
    is_public: bool,
}

impl PresetForm {
    /// Reads the text of `data`.
    fn parse(data: &str) -> Result<NewPreset, ApiError> {
        let bad = || ApiError::bad_request("Invalid preset data");
        let value: Value = serde_json::from_str(data).map_err(|_| bad())?;
        let form: Self = check::body(Some(value)).map_err(|_| bad())?;
        Ok(NewPreset {
            name: form.name,
            positive_prompt: form.positive_prompt,
            negative_prompt: form.negative_prompt,
            is_default: form.r#type == PresetType::Default,
            is_public: form.is_public,
        })
    }
}
