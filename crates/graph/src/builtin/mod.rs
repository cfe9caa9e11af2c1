//! The three nodes that steer the walk. Their inputs are gathered by the walk itself, so that a loop over a long list does
//! not copy the list once per item; their `run` says what they give when run alone. And the nodes of called workflows, which
//! stop it and let it go on.

mod calls;

pub use calls::{
    CallSavedWorkflow, WorkflowReturn, WorkflowReturnGet, WorkflowReturnGetOutput, WorkflowReturnOutput,
    WorkflowReturnValue, WorkflowReturnValueField, WorkflowReturnValueOutput,
};

use crate::{InputKind, NULL, Node, NodeError, RunContext, node, output};
use serde_json::{Value, json};

output! {
    /// Used to connect iteration outputs. Will be expanded to a specific output.
    #[output(kind = "iterate_output", class = "IterateInvocationOutput")]
    pub struct IterateOutput {
        /// The item being iterated over
        #[field(title = "Collection Item", ui_type = "CollectionItemField")]
        pub item: Value,
        /// The index of the item
        #[field(title = "Index")]
        pub index: i64,
        /// The total number of items
        #[field(title = "Total")]
        pub total: i64,
    }
}

node! {
    /// Iterates over a list of items
    #[node(kind = "iterate", class = "IterateInvocation", version = "1.1.0", use_cache = false)]
    pub struct Iterate -> IterateOutput {
        /// The list of items to iterate over
        #[field(default = json!([]), ui_type = "CollectionField")]
        pub collection: Vec<Value>,
        /// The index, will be provided on executed iterators
        #[field(default = 0, ui_hidden = true)]
        pub index: i64,
    }
}

impl<C: RunContext> Node<C> for Iterate {
    fn run(self, _: &mut C) -> Result<IterateOutput, NodeError> {
        let total = self.collection.len();
        let item = usize::try_from(self.index).ok().and_then(|index| self.collection.into_iter().nth(index));
        match item {
            Some(item) => Ok(IterateOutput { item, index: self.index, total: total as i64 }),
            None => Err(NodeError::new("IndexError", format!("Item {} of a list of {total} items", self.index))),
        }
    }
}

output! {
    /// A list of items
    #[output(kind = "collect_output", class = "CollectInvocationOutput")]
    pub struct CollectOutput {
        /// The collection of input items
        #[field(title = "Collection", ui_type = "CollectionField")]
        pub collection: Vec<Value>,
    }
}

node! {
    /// Collects values into a collection
    #[node(kind = "collect", class = "CollectInvocation", version = "1.1.0", use_cache = false)]
    pub struct Collect -> CollectOutput {
        /// The item to collect (all inputs must be of the same type)
        #[field(
            default = NULL, ui_type = "CollectionItemField", title = "Collection Item", input = InputKind::Connection
        )]
        pub item: Option<Value>,
        /// An optional collection to append to
        #[field(default = json!([]), ui_type = "CollectionField", input = InputKind::Connection)]
        pub collection: Vec<Value>,
    }
}

impl<C: RunContext> Node<C> for Collect {
    fn run(self, _: &mut C) -> Result<CollectOutput, NodeError> {
        Ok(CollectOutput { collection: self.collection })
    }
}

output! {
    /// The selected value
    #[output(kind = "if_output", class = "IfInvocationOutput")]
    pub struct IfOutput {
        /// The selected value
        #[field(default = NULL, title = "Output", ui_type = "AnyField")]
        pub value: Option<Value>,
    }
}

node! {
    /// Selects between two optional inputs based on a boolean condition.
    #[node(
        kind = "if", class = "IfInvocation", title = "If", tags = ["logic", "conditional"], category = "math",
        version = "1.0.0"
    )]
    pub struct If -> IfOutput {
        /// The condition used to select an input
        #[field(default = false, title = "Condition")]
        pub condition: bool,
        /// Selected when the condition is true
        #[field(default = NULL, title = "True Input", ui_type = "AnyField")]
        pub true_input: Option<Value>,
        /// Selected when the condition is false
        #[field(default = NULL, title = "False Input", ui_type = "AnyField")]
        pub false_input: Option<Value>,
    }
}

impl<C: RunContext> Node<C> for If {
    fn run(self, _: &mut C) -> Result<IfOutput, NodeError> {
        Ok(IfOutput { value: if self.condition { self.true_input } else { self.false_input } })
    }
}
