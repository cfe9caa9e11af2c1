//! A workflow as data: which nodes exist and what they take ([`Catalogue`]), whether a graph is one we can run
//! ([`validate()`]), and the walk that expands loops and hands out one node after the other ([`Session`], [`Walk`],
//! [`run_session`]). It knows no node by name but those that steer the walk: `iterate`, `collect`, `if`, and the four of
//! called workflows.
//!
//! Nothing here touches a database, HTTP or tensors. A node is a struct made by [`node!`] plus an implementation of
//! [`Node`] for the context it needs; what it may ask of the outside world is [`Host`].
//!
//! # Writing a node
//! ```
//! use invoke_graph::{Node, NodeError, RunContext, node, output};
//!
//! output! {
//!     /// A rounded number
//!     #[output(kind = "rounded_output")]
//!     pub struct RoundedOutput {
//!         /// The number
//!         pub value: f64,
//!     }
//! }
//!
//! node! {
//!     /// Rounds a number
//!     #[node(kind = "round_float", class = "RoundFloatInvocation", title = "Round", tags = ["math"], version = "1.0.0")]
//!     pub struct RoundFloat -> RoundedOutput {
//!         /// The number to round
//!         #[field(default = 0.0)]
//!         pub value: f64,
//!         /// Digits to keep
//!         #[field(default = 1, ge = 0, le = 10)]
//!         pub decimals: i64,
//!     }
//! }
//!
//! impl<C: RunContext> Node<C> for RoundFloat {
//!     fn run(self, _: &mut C) -> Result<RoundedOutput, NodeError> {
//!         let scale = 10f64.powi(self.decimals as i32);
//!         Ok(RoundedOutput { value: (self.value * scale).round_ties_even() / scale })
//!     }
//! }
//! ```

extern crate self as invoke_graph; // the macros name this crate by its outside name, also in here

mod bounds;
mod builtin;
mod calls;
mod catalogue;
mod check;
mod compat;
mod error;
mod field;
mod graph;
mod host;
mod macros;
mod node;
mod problem;
mod registry;
mod run;
mod schema;
mod session;
mod spec;
#[cfg(feature = "testing")]
pub mod testing;
mod validate;
mod walk;
mod workflow;

pub use bounds::Bounds;
pub use builtin::{
    CallSavedWorkflow, Collect, CollectOutput, If, IfOutput, Iterate, IterateOutput, WorkflowReturn, WorkflowReturnGet,
    WorkflowReturnGetOutput, WorkflowReturnOutput, WorkflowReturnValue, WorkflowReturnValueField,
    WorkflowReturnValueOutput,
};
pub use calls::{CallError, CallExecution, CallFrame, CallParent, CallStatus};
pub use catalogue::Catalogue;
pub use check::{check_field, check_value};
pub use error::GraphError;
pub use field::{FieldType, FieldValue, ManyOrOne, NULL, OneOrMany};
pub use graph::{Edge, Graph, GraphNode, Port};
pub use host::{
    Host, HostError, ImageExport, LoadedImage, ModelInfo, NewImage, PixelMode, PresetPrompts, Preview, Progress,
    StoredImage,
};
pub use node::{Node, NodeDefinition, NodeError, NodeMeta, NodeOutput, RunContext};
pub use problem::Problem;
pub use registry::{BoardField, MetadataField, Registry};
pub use run::{Observer, Outcome, run_session};
pub use session::Session;
pub use spec::{
    Classification, Hints, InputKind, InputSpec, Limits, NodeSpec, ObjectField, OutputField, OutputSpec, Rule, Test,
    TypeSpec, Vocabulary,
};
pub use validate::validate;
pub use walk::{InputProblem, Prepared, Walk, WalkError};
pub use workflow::{INPUT_PREFIX, SavedWorkflow};

#[doc(hidden)]
pub mod __private {
    pub use serde;
    pub use serde_json;

    /// The text of a doc comment: its lines joined, without the leading space.
    pub fn text(lines: &[&str]) -> String {
        lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n").trim().to_owned()
    }
}
