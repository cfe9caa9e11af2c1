//! Prompts from a text file.

use invoke_graph::{NULL, Node, NodeError, node};

use crate::Context;
use crate::outputs::StringCollectionOutput;

node! {
    /// Reads prompts from a text file of the server, one per line
    #[node(
        kind = "prompt_from_file", class = "PromptsFromFileInvocation", title = "Prompts from File",
        tags = ["prompt", "file"], category = "prompt", version = "1.0.2"
    )]
    pub struct PromptsFromFile -> StringCollectionOutput {
        /// The file
        pub file_path: String,
        /// Put before every prompt
        #[field(default = NULL, ui_component = "textarea")]
        pub pre_prompt: Option<String>,
        /// Put after every prompt
        #[field(default = NULL, ui_component = "textarea")]
        pub post_prompt: Option<String>,
        /// The line to begin with, counted from 1
        #[field(default = 1, ge = 1)]
        pub start_line: i64,
        /// How many lines at most; 0 reads to the end
        #[field(default = 1, ge = 0)]
        pub max_prompts: i64,
    }
}

impl Node<Context> for PromptsFromFile {
    fn run(self, context: &mut Context) -> Result<StringCollectionOutput, NodeError> {
        let text = context.host().read_prompts(&self.file_path)?;
        let first = usize::try_from(self.start_line.saturating_sub(1)).unwrap_or(0);
        let count = match usize::try_from(self.max_prompts) {
            Ok(count @ 1..) => count,
            _ => usize::MAX,
        };
        let (before, after) = (self.pre_prompt.unwrap_or_default(), self.post_prompt.unwrap_or_default());
        let lines = text.lines().skip(first).take(count);
        Ok(StringCollectionOutput { collection: lines.map(|line| format!("{before}{}{after}", line.trim())).collect() })
    }
}
