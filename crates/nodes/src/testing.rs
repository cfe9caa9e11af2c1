//! One node run alone, for the tests beside the nodes.

use std::sync::Arc;

use invoke_engine::device::Device;
use invoke_graph::testing::{CountingRandom, MemoryHost};
use invoke_graph::{Node, NodeError};
use serde_json::Value;

use crate::{Context, Services};

/// A context on an empty host.
pub(crate) fn context() -> Context {
    context_on(Arc::new(MemoryHost::default()))
}

/// A context on that host.
pub(crate) fn context_on(host: Arc<MemoryHost>) -> Context {
    let services = Services::new(Device::Cpu, 0, Arc::new(CountingRandom::default()));
    Context::new(Arc::new(services), host)
}

/// What a node gives for these inputs.
pub(crate) fn run<N: Node<Context>>(inputs: Value) -> Value {
    serde_json::to_value(try_run::<N>(inputs).unwrap()).unwrap()
}

/// What a node gives or why it fails.
pub(crate) fn try_run<N: Node<Context>>(inputs: Value) -> Result<N::Output, NodeError> {
    serde_json::from_value::<N>(inputs).unwrap().run(&mut context())
}
