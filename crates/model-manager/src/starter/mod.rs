//! The models that are offered to begin with, and the bundles of them.
//!
//! `models.json` has names, sources and kinds as the reference has them (`backend/model_manager/starter_models.py` of InvokeAI
//! 6.14.2), with descriptions of our own; `xtask/fixtures/starter_models.py` writes it.

use crate::{ModelError, ModelOrder, ModelQuery, Models};
use invoke_domain::ModelRecord;
use invoke_permissions::Actor;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Read once; a table that is none offers nothing, and `the_table_is_read` fails.
static TABLE: LazyLock<Table> = LazyLock::new(|| serde_json::from_str(include_str!("models.json")).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
struct Table {
    models: Vec<Entry>,
    bundles: indexmap::IndexMap<String, BundleEntry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    name: String,
    description: String,
    source: String,
    base: String,
    #[serde(rename = "type")]
    kind: String,
    format: Option<String>,
    variant: Option<String>,
    previous_names: Vec<String>,
    dependencies: Option<Vec<String>>,
    listed: bool,
}

#[derive(Debug, Deserialize)]
struct BundleEntry {
    name: String,
    models: Vec<String>,
}

/// A model that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarterModel {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub description: String,
    /// What to install.
    pub source: String,
    /// Its base.
    pub base: String,
    /// Its kind.
    pub kind: String,
    /// Its format, where it says something.
    pub format: Option<String>,
    /// Its variant, where it says something.
    pub variant: Option<String>,
    /// Names it had in earlier lists.
    pub previous_names: Vec<String>,
    /// Whether it is installed.
    pub is_installed: bool,
    /// What it needs and is not installed.
    pub dependencies: Vec<StarterModel>,
}

/// Models that go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StarterBundle {
    /// Its name.
    pub name: String,
    /// Its models.
    pub models: Vec<StarterModel>,
}

/// Everything that is offered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StarterModels {
    /// All of them.
    pub models: Vec<StarterModel>,
    /// Bundles by their word, mostly that of a base, in order.
    pub bundles: Vec<(String, StarterBundle)>,
}

impl Models {
    /// The models that are offered, with what of them is installed.
    ///
    /// # Errors
    /// When the caller may not install, or the database fails.
    pub fn starter_models(&self, actor: &Actor) -> Result<StarterModels, ModelError> {
        // Told to those who could install them.
        let _ = crate::models::may_install(actor)?;
        Ok(offered(&self.list(actor, &ModelQuery::default(), ModelOrder::Default, false)?))
    }
}

fn offered(installed: &[ModelRecord]) -> StarterModels {
    let known: BTreeMap<String, &Entry> =
        TABLE.models.iter().map(|entry| (format!("{}|{}", entry.name, entry.source), entry)).collect();
    let whole = |entry: &Entry| {
        let needs =
            entry.dependencies.iter().flatten().filter_map(|id| known.get(id)).map(|entry| model(entry, installed));
        let missing = needs.filter(|needed| !needed.is_installed).collect();
        StarterModel { dependencies: missing, ..model(entry, installed) }
    };
    let bundle = |(word, bundle): (&String, &BundleEntry)| {
        let models = bundle.models.iter().filter_map(|id| known.get(id)).map(|entry| whole(entry)).collect();
        (word.clone(), StarterBundle { name: bundle.name.clone(), models })
    };
    StarterModels {
        models: TABLE.models.iter().filter(|entry| entry.listed).map(whole).collect(),
        bundles: TABLE.bundles.iter().map(bundle).collect(),
    }
}

fn model(entry: &Entry, installed: &[ModelRecord]) -> StarterModel {
    StarterModel {
        name: entry.name.clone(),
        description: entry.description.clone(),
        source: entry.source.clone(),
        base: entry.base.clone(),
        kind: entry.kind.clone(),
        format: entry.format.clone(),
        variant: entry.variant.clone(),
        previous_names: entry.previous_names.clone(),
        is_installed: installed.iter().any(|record| is_same(entry, record)),
        dependencies: Vec::new(),
    }
}

/// Whether a model came from this source, or goes by one of these names and is of the same kind.
fn is_same(entry: &Entry, record: &ModelRecord) -> bool {
    if record.config["source"].as_str() == Some(&entry.source) {
        return true;
    }
    let same_kind = record.base() == entry.base && record.kind() == entry.kind;
    let same_name = record.name() == entry.name || entry.previous_names.iter().any(|name| name == record.name());
    (same_kind && same_name) || is_same_qwen3(entry, record)
}

/// Qwen 3 encoders of the same size are the same, whatever they are called.
fn is_same_qwen3(entry: &Entry, record: &ModelRecord) -> bool {
    let source = entry.source.to_lowercase();
    let size = if source.contains("klein-9b") || source.contains("qwen3_8b") {
        "qwen3_8b"
    } else if source.contains("klein-4b") || source.contains("qwen3_4b") || source.contains("z-image") {
        "qwen3_4b"
    } else {
        return false;
    };
    entry.kind == "qwen3_encoder" && record.kind() == "qwen3_encoder" && record.config["variant"].as_str() == Some(size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;
    use serde_json::json;

    #[test]
    fn the_table_is_read() {
        assert!(TABLE.models.len() > 150 && TABLE.bundles.len() == 12);
        let ids: Vec<String> = TABLE.models.iter().map(|entry| format!("{}|{}", entry.name, entry.source)).collect();
        let named = TABLE.bundles.values().flat_map(|bundle| &bundle.models);
        let needed = TABLE.models.iter().flat_map(|entry| entry.dependencies.iter().flatten());
        for id in named.chain(needed) {
            assert!(ids.contains(id), "{id}");
        }
    }

    #[test]
    fn every_source_can_be_installed() {
        for entry in &TABLE.models {
            let source = Source::read(&entry.source, false, None).unwrap_or_else(|error| panic!("{error}"));
            assert!(matches!(source, Source::Hub { .. } | Source::Url { .. }), "{}", entry.source);
        }
    }

    fn record(config: serde_json::Value) -> ModelRecord {
        ModelRecord { key: "key".into(), config }
    }

    #[test]
    fn what_is_installed_is_known_by_its_source_or_its_name_and_not_offered_as_a_need() {
        let of = |installed: &[ModelRecord], name: &str| {
            offered(installed).models.into_iter().find(|model| model.name == name).unwrap()
        };
        let needing = offered(&[]).models.into_iter().find(|model| model.dependencies.len() > 1).unwrap();
        let first = needing.dependencies[0].clone();
        let by_source = record(json!({ "source": first.source, "name": "x", "base": "any", "type": "main" }));
        let left = of(&[by_source], &needing.name).dependencies;
        assert_eq!(left, needing.dependencies[1..]);
        let by_name =
            |base: &str| record(json!({ "source": "/x", "name": needing.name, "base": base, "type": needing.kind }));
        assert!(of(&[by_name(&needing.base)], &needing.name).is_installed);
        assert!(!of(&[by_name("sd-2")], &needing.name).is_installed);
    }
}
