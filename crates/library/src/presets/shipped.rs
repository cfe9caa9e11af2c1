//! The style presets that come with the program.

use crate::LibraryError;
use invoke_domain::{StylePreset, UserId};
use serde::Deserialize;

const FILE: &str = include_str!("../../default_style_presets.json");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shipped {
    id: String,
    name: String,
    positive_prompt: String,
    negative_prompt: String,
}

/// All of them. Their ids never change, so that what a page remembers stays valid.
pub(super) fn presets() -> Result<Vec<StylePreset>, LibraryError> {
    let unreadable = |_| LibraryError::Document { reason: "the presets that come with the program are no JSON" };
    let presets: Vec<Shipped> = serde_json::from_str(FILE).map_err(unreadable)?;
    let preset = |shipped: Shipped| StylePreset {
        id: shipped.id.into(),
        user_id: UserId::system(),
        name: shipped.name,
        positive_prompt: shipped.positive_prompt,
        negative_prompt: shipped.negative_prompt,
        is_default: true,
        is_public: false,
    };
    Ok(presets.into_iter().map(preset).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_shipped_preset_keeps_the_users_prompt_and_has_an_id_of_its_own() {
        let presets = presets().unwrap();
        let ids: BTreeSet<&str> = presets.iter().map(|preset| preset.id.as_str()).collect();
        assert_eq!(ids.len(), presets.len());
        for preset in &presets {
            assert!(invoke_domain::effects::is_uuid(preset.id.as_str()), "{}", preset.name);
            assert_eq!(preset.positive_prompt.matches("{prompt}").count(), 1, "{}", preset.name);
        }
    }
}
