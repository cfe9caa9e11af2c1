//! Schemas that operations refer to by name and that are not made from one of our types: graphs come from the node
//! catalogue, model records from the model manager. [`crate::openapi`] fills in what they look like.

use utoipa::ToSchema;

macro_rules! named {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Debug, ToSchema)]
        #[schema(value_type = Object)]
        #[expect(dead_code, reason = "stands for a schema; values are JSON")]
        pub(crate) struct $name(serde_json::Value);
    )*};
}

named! {
    /// Nodes and the edges between them.
    Graph
    /// The execution of one graph.
    GraphExecutionState
    /// The record of an installed model; its fields depend on type, base and format.
    AnyModelConfig
    /// What to change about a model record.
    ModelRecordChanges
    /// Generation metadata: any keys.
    MetadataField
}
