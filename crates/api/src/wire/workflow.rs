//! Documents of the workflow editor.

use crate::error::ApiError;
use invoke_graph::Problem;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

macro_rules! workflow {
    ($(#[$doc:meta])* $name:ident { $($(#[$more:meta])* $field:ident: $kind:ty)* }) => {
        $(#[$doc])*
        #[derive(Debug, Deserialize, Serialize, ToSchema)]
        pub(crate) struct $name {
            /// The name of the workflow.
            name: String,
            /// The author of the workflow.
            author: String,
            /// The description of the workflow.
            description: String,
            /// The version of the workflow.
            version: String,
            /// The contact of the workflow.
            contact: String,
            /// The tags of the workflow.
            tags: String,
            /// The notes of the workflow.
            notes: String,
            /// The exposed fields of the workflow.
            #[serde(rename = "exposedFields")]
            exposed_fields: Vec<ExposedField>,
            /// The meta of the workflow.
            meta: WorkflowMeta,
            /// The nodes of the workflow.
            #[schema(value_type = Vec<std::collections::HashMap<String, Value>>)]
            nodes: Vec<Map<String, Value>>,
            /// The edges of the workflow.
            #[schema(value_type = Vec<std::collections::HashMap<String, Value>>)]
            edges: Vec<Map<String, Value>>,
            /// The form of the workflow.
            #[schema(value_type = Option<std::collections::HashMap<String, Value>>)]
            form: Option<Map<String, Value>>,
            $($(#[$more])* $field: $kind,)*
        }

        impl $name {
            /// The document, its fields in order and everything else left out.
            pub(crate) fn into_document(self) -> Result<Map<String, Value>, ApiError> {
                let mut problems = Vec::new();
                if !is_version(&self.meta.version) {
                    let place = place(&["meta", "version"]);
                    let sentence = format!("Invalid workflow meta version: {}", self.meta.version);
                    problems.push(Problem::rule(&place, sentence, &self.meta.version.as_str().into()));
                }
                if self.nodes.iter().filter(|node| gives_back(node)).count() > 1 {
                    let input = Value::from(self.nodes.iter().cloned().map(Value::Object).collect::<Vec<_>>());
                    problems.push(Problem::rule(&place(&["nodes"]), TWO_RETURNS, &input));
                }
                if !problems.is_empty() {
                    return Err(ApiError::Invalid(problems));
                }
                match serde_json::to_value(self) {
                    Ok(Value::Object(document)) => Ok(document),
                    other => Err(ApiError::internal("writing a workflow", &format!("{other:?}"))),
                }
            }
        }
    };
}

workflow! {
    /// A workflow of the editor, before it was saved.
    WorkflowWithoutID {}
}

workflow! {
    /// A workflow of the editor.
    Workflow {
        /// The id of the workflow.
        id: String
    }
}

/// A field of a node that is shown in the simple view.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[expect(non_snake_case, reason = "the document's own names")]
pub(crate) struct ExposedField {
    nodeId: String,
    fieldName: String,
}

#[derive(Debug, Deserialize, Serialize, ToSchema)]
pub(crate) struct WorkflowMeta {
    /// The version of the workflow schema.
    version: String,
    /// The category of the workflow (user or default).
    category: WorkflowCategory,
}

/// Who made a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WorkflowCategory {
    /// Somebody saved it.
    User,
    /// It comes with the program.
    Default,
}

impl From<WorkflowCategory> for invoke_domain::WorkflowCategory {
    fn from(category: WorkflowCategory) -> Self {
        match category {
            WorkflowCategory::User => Self::User,
            WorkflowCategory::Default => Self::Default,
        }
    }
}

const TWO_RETURNS: &str = "A workflow may not contain more than one workflow_return node.";

fn place(inner: &[&str]) -> Vec<Value> {
    ["body", "workflow"].iter().chain(inner).map(|part| Value::from(*part)).collect()
}

fn gives_back(node: &Map<String, Value>) -> bool {
    let of = |value: Option<&Value>, word: &str| value.and_then(Value::as_str) == Some(word);
    of(node.get("type"), "invocation") && of(node.get("data").and_then(|data| data.get("type")), "workflow_return")
}

/// Whether `text` is a semantic version: `1.2.3`, `1.2.3-rc.1+build`.
fn is_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (core, release) = text.split_once('-').map_or((text, None), |(core, release)| (core, Some(release)));
    let is_number = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) && (part == "0" || !part.starts_with('0'))
    };
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_release = |part: &str| is_word(part) && (is_number(part) || !part.bytes().all(|byte| byte.is_ascii_digit()));
    let numbers: Vec<&str> = core.split('.').collect();
    numbers.len() == 3
        && numbers.into_iter().all(is_number)
        && release.is_none_or(|release| release.split('.').all(is_release))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::is_version;

    #[test]
    fn versions_are_those_of_semver_org() {
        for version in
            ["0.0.4", "1.2.3", "10.20.30", "1.1.2-prerelease+meta", "1.0.0-alpha-a.b-c.1", "1.0.0+0.build.1-rc"]
        {
            assert!(is_version(version), "{version}");
        }
        for version in
            ["x", "", "1", "1.2", "1.2.3-", "01.1.1", "1.2.3-0123", "1.2.3+", "v1.2.3", "1.2.3.4", "-1.0.3", "1.2.a"]
        {
            assert!(!is_version(version), "{version}");
        }
    }
}
