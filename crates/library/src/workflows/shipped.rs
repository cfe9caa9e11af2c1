//! The workflows that come with the program. They are files of this crate, put into the database at each start, so that a
//! new release brings new ones and takes obsolete ones away.

use super::Workflows;
use crate::LibraryError;
use invoke_domain::WorkflowId;
use invoke_permissions::{Actor, policy};
use invoke_storage::workflows as rows;
use serde_json::Value;

macro_rules! shipped {
    ($($file:literal)*) => {
        /// The documents, by file name.
        pub(super) const SHIPPED: &[(&str, &str)] =
            &[$(($file, include_str!(concat!("../../default_workflows/", $file, ".json")))),*];
    };
}

shipped! {
    "batch_over_prompts_sd15"
    "controlnet_sd15"
    "image_to_image_sd15"
    "inpaint_sd15"
    "ip_adapter_sd15"
    "prompt_variations_sd15"
    "text_to_image_sd15"
    "text_to_image_sd15_lora"
    "text_to_image_sdxl"
    "upscale_esrgan"
    "upscale_refine_sd15"
}

impl Workflows {
    /// Makes the shipped workflows in the database those of this release. Rows that are up to date are not touched.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sync_shipped(&self) -> Result<(), LibraryError> {
        // Removed first: nothing of a stopped run is half a picture any more.
        self.0.pictures.sweep()?;
        self.0.db.write(|tx| {
            let grant = policy::manage_shipped(&Actor::operator())?;
            let there = rows::list_shipped(tx)?;
            let ids = SHIPPED.iter().map(|(_, document)| id_of(document)).collect::<Result<Vec<_>, _>>()?;
            for (id, _) in there.iter().filter(|(id, _)| !ids.contains(id)) {
                rows::delete_shipped(tx, &grant, id)?;
            }
            for (id, (_, document)) in ids.iter().zip(SHIPPED) {
                let same = there.iter().any(|(known, kept)| known == id && same_json(kept, document));
                if !same {
                    rows::put_shipped(tx, &grant, id, &minified(document))?;
                }
            }
            Ok::<_, LibraryError>(())
        })
    }
}

fn id_of(document: &str) -> Result<WorkflowId, LibraryError> {
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let id = document["id"].as_str().filter(|id| id.starts_with("default_"));
    let id = id.ok_or(LibraryError::Document { reason: "one that comes with the program has no id `default_…`" })?;
    Ok(WorkflowId::from(id))
}

fn same_json(a: &str, b: &str) -> bool {
    serde_json::from_str::<Value>(a).ok() == serde_json::from_str::<Value>(b).ok()
}

fn minified(document: &str) -> String {
    serde_json::from_str::<Value>(document).map_or_else(|_| document.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// The schemas of the reference's nodes, outputs and field types.
    const SCHEMAS: &str = include_str!("../../../../tests/fixtures/reference/node-schemas.json");

    /// The names of the types a field's schema accepts or an output's schema gives.
    fn types(schema: &Value) -> BTreeSet<String> {
        if let Some(name) = schema["$ref"].as_str() {
            return BTreeSet::from([name.rsplit('/').next().unwrap().to_owned()]);
        }
        for union in ["anyOf", "oneOf", "allOf"] {
            if let Some(options) = schema[union].as_array() {
                return options.iter().flat_map(types).collect();
            }
        }
        match schema["type"].as_str() {
            // A list is taken wherever one of its entries is.
            Some("array") => types(&schema["items"]),
            Some("integer") => BTreeSet::from(["integer".to_owned(), "number".to_owned()]),
            Some(kind) => BTreeSet::from([kind.to_owned()]),
            // Nothing said means anything goes.
            None => BTreeSet::from(["any".to_owned()]),
        }
    }

    fn fit(from: &Value, to: &Value) -> bool {
        let (from, to) = (types(from), types(to));
        from.contains("any") || to.contains("any") || from.intersection(&to).any(|name| name != "null")
    }

    fn text<'a>(value: &'a Value, key: &str) -> &'a str {
        value[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {value}"))
    }

    #[test]
    fn every_node_field_and_connection_of_the_shipped_workflows_is_real() {
        let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
        let by_type: BTreeMap<&str, &Value> = schemas
            .as_object()
            .unwrap()
            .values()
            .filter(|schema| schema["class"] == "invocation")
            .map(|schema| (schema["properties"]["type"]["const"].as_str().unwrap(), schema))
            .collect();
        for (file, document) in SHIPPED {
            let document: Value = serde_json::from_str(document).unwrap();
            assert_eq!(document["meta"]["category"], "default", "{file}");
            let mut kinds = BTreeMap::new();
            for node in document["nodes"].as_array().unwrap() {
                let (id, data) = (text(node, "id"), &node["data"]);
                let kind = text(data, "type");
                let schema = by_type.get(kind).unwrap_or_else(|| panic!("{file}: there is no node {kind}"));
                assert_eq!(data["version"], schema["version"], "{file}: {kind}");
                assert_eq!(data["id"], node["id"], "{file}");
                for (field, input) in data["inputs"].as_object().unwrap() {
                    let known = &schema["properties"][field];
                    assert!(["input", "internal"].contains(&text(known, "field_kind")), "{file}: {kind}.{field}");
                    assert_eq!(input["name"], field.as_str(), "{file}: {kind}");
                    if let Some(words) = known["enum"].as_array() {
                        assert!(input["value"].is_null() || words.contains(&input["value"]), "{file}: {kind}.{field}");
                    }
                }
                assert!(kinds.insert(id, (kind, *schema)).is_none(), "{file}: two nodes are called {id}");
            }
            let mut fed = BTreeSet::new();
            for edge in document["edges"].as_array().unwrap() {
                let (from, output) = (text(edge, "source"), text(edge, "sourceHandle"));
                let (to, input) = (text(edge, "target"), text(edge, "targetHandle"));
                let class = text(&kinds[from].1["output"], "$ref").rsplit('/').next().unwrap();
                let (given, taken) = (&schemas[class]["properties"][output], &kinds[to].1["properties"][input]);
                assert!(given.is_object() && taken.is_object(), "{file}: {from}.{output} to {to}.{input}");
                assert_ne!(taken["input"], "direct", "{file}: {to}.{input}");
                assert!(fit(given, taken), "{file}: {from}.{output} does not fit {to}.{input}: {given} {taken}");
                assert!(fed.insert((to, input)), "{file}: {to}.{input} is fed twice");
            }
            for (id, (kind, schema)) in &kinds {
                for (field, known) in schema["properties"].as_object().unwrap() {
                    let connected = known["input"] == "connection" && known["orig_required"] == true;
                    assert!(!connected || fed.contains(&(*id, field.as_str())), "{file}: {kind}.{field} is not fed");
                }
            }
            for shown in document["exposedFields"].as_array().unwrap() {
                let (id, field) = (text(shown, "nodeId"), text(shown, "fieldName"));
                assert!(kinds[id].1["properties"][field].is_object(), "{file}: {id}.{field}");
                assert!(!fed.contains(&(id, field)), "{file}: {id}.{field} is shown though it is fed");
            }
            let elements = document["form"]["elements"].as_object().unwrap();
            for child in elements["root"]["data"]["children"].as_array().unwrap() {
                assert_eq!(elements[child.as_str().unwrap()]["parentId"], "root", "{file}");
            }
            assert_eq!(elements.len(), elements["root"]["data"]["children"].as_array().unwrap().len() + 1, "{file}");
        }
        assert!(SHIPPED.len() >= 8);
    }

    #[test]
    fn no_two_shipped_workflows_share_a_name_or_an_id() {
        let documents: Vec<Value> = SHIPPED.iter().map(|(_, text)| serde_json::from_str(text).unwrap()).collect();
        for key in ["id", "name"] {
            let distinct: BTreeSet<&str> = documents.iter().map(|document| text(document, key)).collect();
            assert_eq!(distinct.len(), SHIPPED.len(), "{key}");
        }
        for (file, text) in SHIPPED {
            assert_eq!(id_of(text).unwrap().as_str(), format!("default_{file}"));
        }
    }
}
