//! A text encoder without its last layers.

use invoke_graph::{InputKind, NULL, Node, NodeError, RunContext, node, output};

use crate::fields::CLIPField;

output! {
    /// CLIP skip node output
    #[output(kind = "clip_skip_output")]
    pub struct CLIPSkipInvocationOutput {
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(default = NULL, title = "CLIP")]
        pub clip: Option<CLIPField>,
    }
}

node! {
    /// Skip layers in clip text_encoder model.
    #[node(
        kind = "clip_skip", class = "CLIPSkipInvocation", title = "Apply CLIP Skip - SD1.5, SDXL",
        tags = ["clipskip", "clip", "skip"], category = "prompt", version = "1.1.1"
    )]
    pub struct ClipSkip -> CLIPSkipInvocationOutput {
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(title = "CLIP", input = InputKind::Connection)]
        pub clip: CLIPField,
        /// Number of layers to skip in text encoder
        #[field(default = 0, ge = 0)]
        pub skipped_layers: i64,
    }
}

impl<C: RunContext> Node<C> for ClipSkip {
    fn run(self, _: &mut C) -> Result<CLIPSkipInvocationOutput, NodeError> {
        let mut clip = self.clip;
        clip.skipped_layers = clip.skipped_layers.saturating_add(self.skipped_layers);
        Ok(CLIPSkipInvocationOutput { clip: Some(clip) })
    }
}
