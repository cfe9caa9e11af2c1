//! Many prompts out of one.

use invoke_graph::{Node, NodeError, node};

use crate::Context;
use crate::outputs::StringCollectionOutput;
use crate::prompt::expanded;

node! {
    /// Makes prompts out of a template such as `a {red|green} {2$$cat|dog|owl}`: random ones, or all there are
    #[node(
        kind = "dynamic_prompt", class = "DynamicPromptInvocation", title = "Dynamic Prompt",
        tags = ["prompt", "collection"], category = "prompt", version = "1.0.1", use_cache = false
    )]
    pub struct DynamicPrompt -> StringCollectionOutput {
        /// The template
        #[field(ui_component = "textarea")]
        pub prompt: String,
        /// How many prompts at most
        #[field(default = 1)]
        pub max_prompts: i64,
        /// Every combination in order instead of random ones
        #[field(default = false)]
        pub combinatorial: bool,
    }
}

impl Node<Context> for DynamicPrompt {
    fn run(self, context: &mut Context) -> Result<StringCollectionOutput, NodeError> {
        let prompts = expanded(context, &self.prompt, self.max_prompts, self.combinatorial)?;
        Ok(StringCollectionOutput { collection: prompts })
    }
}
