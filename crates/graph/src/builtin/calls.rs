//! The four nodes of called workflows. The call itself is carried out by the server, since only it has the workflows; see
//! [`NodeError::Calls`].

use crate::{InputKind, NULL, Node, NodeError, OneOrMany, RunContext, node, object, output};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

output! {
    /// The explicit named values returned from a callable workflow.
    #[output(kind = "workflow_return_output")]
    pub struct WorkflowReturnOutput {
        /// The workflow return values, keyed by return name.
        #[field(default = json!({}), title = "Values", ui_type = "AnyField")]
        pub values: Map<String, Value>,
    }
}

object! {
    /// One named workflow return value.
    pub struct WorkflowReturnValueField {
        /// The workflow return key.
        pub key: String,
        /// The workflow return value.
        #[field(default = NULL)]
        pub value: Value,
    }
}

output! {
    /// A named workflow return value.
    #[output(kind = "workflow_return_value_output")]
    pub struct WorkflowReturnValueOutput {
        /// The named workflow return value.
        #[field(title = "Return Value", ui_type = "CollectionItemField")]
        pub value: WorkflowReturnValueField,
    }
}

output! {
    /// A value extracted from named workflow return values.
    #[output(kind = "workflow_return_get_output")]
    pub struct WorkflowReturnGetOutput {
        /// The extracted workflow return value.
        #[field(title = "Value", ui_type = "AnyField")]
        pub value: Value,
    }
}

fn key(key: &str) -> Result<&str, NodeError> {
    let key = key.trim();
    if key.is_empty() { Err(NodeError::value("Workflow return key must not be empty.")) } else { Ok(key) }
}

node! {
    /// Displays and later executes against a selected saved workflow.
    #[node(
        kind = "call_saved_workflow", class = "CallSavedWorkflowInvocation", title = "Call Saved Workflow",
        tags = ["workflow", "saved", "library"], category = "workflow", version = "1.0.0", use_cache = false,
        classification = crate::Classification::Beta, open_inputs = crate::INPUT_PREFIX
    )]
    pub struct CallSavedWorkflow -> WorkflowReturnOutput {
        /// The selected saved workflow ID, managed by the workflow editor UI.
        #[field(default = "", ui_type = "SavedWorkflowField")]
        pub workflow_id: String,
        /// Literal values for the selected workflow's exposed inputs, managed by the workflow editor UI.
        #[field(default = json!({}), ui_hidden = true)]
        pub workflow_inputs: Map<String, Value>,
    }
}

impl<C: RunContext> Node<C> for CallSavedWorkflow {
    fn run(self, _: &mut C) -> Result<WorkflowReturnOutput, NodeError> {
        Err(NodeError::Calls)
    }
}

node! {
    /// Creates one named value for a callable workflow return.
    #[node(
        kind = "workflow_return_value", class = "WorkflowReturnValueInvocation", title = "Workflow Return Value",
        tags = ["workflow", "return", "output"], category = "workflow", version = "1.0.0", use_cache = false,
        classification = crate::Classification::Beta
    )]
    pub struct WorkflowReturnValue -> WorkflowReturnValueOutput {
        /// The return key.
        #[field(default = "", title = "Key")]
        pub key: String,
        /// The value returned under this key.
        #[field(default = NULL, title = "Value", ui_type = "AnyField")]
        pub value: Option<Value>,
    }
}

impl<C: RunContext> Node<C> for WorkflowReturnValue {
    fn run(self, _: &mut C) -> Result<WorkflowReturnValueOutput, NodeError> {
        let key = key(&self.key)?.to_owned();
        Ok(WorkflowReturnValueOutput { value: WorkflowReturnValueField { key, value: self.value.unwrap_or_default() } })
    }
}

node! {
    /// Defines the explicit named result returned by a callable workflow.
    #[node(
        kind = "workflow_return", class = "WorkflowReturnInvocation", title = "Workflow Return",
        tags = ["workflow", "return", "output"], category = "workflow", version = "1.0.0", use_cache = false,
        classification = crate::Classification::Beta
    )]
    pub struct WorkflowReturn -> WorkflowReturnOutput {
        /// The named values returned to a calling workflow.
        #[field(default = json!([]), title = "Values", input = InputKind::Connection)]
        pub values: OneOrMany<WorkflowReturnValueField>,
    }
}

impl<C: RunContext> Node<C> for WorkflowReturn {
    fn run(self, _: &mut C) -> Result<WorkflowReturnOutput, NodeError> {
        let returned = self.values.into_vec();
        let mut seen = HashSet::new();
        for value in &returned {
            let key = key(&value.key)?;
            if !seen.insert(key) {
                return Err(NodeError::value(format!("Duplicate workflow return key '{key}'.")));
            }
        }
        let values = returned.into_iter().map(|returned| (returned.key.trim().to_owned(), returned.value)).collect();
        Ok(WorkflowReturnOutput { values })
    }
}

node! {
    /// Extracts one named value from a callable workflow return.
    #[node(
        kind = "workflow_return_get", class = "WorkflowReturnGetInvocation", title = "Get Workflow Return Value",
        tags = ["workflow", "return", "input"], category = "workflow", version = "1.0.0", use_cache = false,
        classification = crate::Classification::Beta
    )]
    pub struct WorkflowReturnGet -> WorkflowReturnGetOutput {
        /// The named workflow return values.
        #[field(default = json!({}), title = "Values", ui_type = "AnyField", input = InputKind::Connection)]
        pub values: Map<String, Value>,
        /// The return key to extract.
        #[field(default = "", title = "Key")]
        pub key: String,
    }
}

impl<C: RunContext> Node<C> for WorkflowReturnGet {
    fn run(mut self, _: &mut C) -> Result<WorkflowReturnGetOutput, NodeError> {
        let key = key(&self.key)?;
        let value = self.values.shift_remove(key);
        let value = value.ok_or_else(|| NodeError::value(format!("Workflow return key '{key}' was not found.")))?;
        Ok(WorkflowReturnGetOutput { value })
    }
}
