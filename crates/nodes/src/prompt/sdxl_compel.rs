//! A prompt for SDXL.

use invoke_engine::patches::Part;
use invoke_graph::{InputKind, NULL, Node, NodeError, node};

use crate::Context;
use crate::failure::engine_failed;
use crate::fields::{CLIPField, ConditioningField, TensorField};
use crate::outputs::ConditioningOutput;
use crate::prompt::sdxl::{self, Wanted};

node! {
    /// Parse prompt using compel package to conditioning.
    #[node(
        kind = "sdxl_compel_prompt", class = "SDXLCompelPromptInvocation", title = "Prompt - SDXL",
        tags = ["sdxl", "compel", "prompt"], category = "prompt", version = "1.2.1"
    )]
    pub struct SdxlCompel -> ConditioningOutput {
        /// Prompt to be parsed by Compel to create a conditioning tensor
        #[field(default = "", ui_component = "textarea")]
        pub prompt: String,
        /// Prompt for the second text encoder, where it is another
        #[field(default = "", ui_component = "textarea")]
        pub style: String,
        /// Width of the picture before it was made smaller or larger
        #[field(default = 1024)]
        pub original_width: i64,
        /// Height of the picture before it was made smaller or larger
        #[field(default = 1024)]
        pub original_height: i64,
        /// Rows cut off above
        #[field(default = 0)]
        pub crop_top: i64,
        /// Columns cut off on the left
        #[field(default = 0)]
        pub crop_left: i64,
        /// Width of the picture
        #[field(default = 1024)]
        pub target_width: i64,
        /// Height of the picture
        #[field(default = 1024)]
        pub target_height: i64,
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(title = "CLIP 1", input = InputKind::Connection)]
        pub clip: CLIPField,
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(title = "CLIP 2", input = InputKind::Connection)]
        pub clip2: CLIPField,
        /// A mask defining the region that this conditioning prompt applies to.
        #[field(default = NULL)]
        pub mask: Option<TensorField>,
    }
}

impl Node<Context> for SdxlCompel {
    fn run(self, context: &mut Context) -> Result<ConditioningOutput, NodeError> {
        let style = if self.style.trim().is_empty() { &self.prompt } else { &self.style };
        let first =
            sdxl::encode(context, &self.clip, Some(Part::FirstTextEncoder), &self.prompt, true, Wanted::Embeddings)?;
        let second = sdxl::encode(context, &self.clip2, Some(Part::SecondTextEncoder), style, true, Wanted::Both)?;
        let embeds = sdxl::side_by_side(&first.embeds, &second.embeds).map_err(engine_failed)?;
        let numbers = [
            self.original_height,
            self.original_width,
            self.crop_top,
            self.crop_left,
            self.target_height,
            self.target_width,
        ];
        let numbers = numbers.map(|number| number as f64);
        let conditioning_name = sdxl::save(context, &embeds, second.pooled.as_ref(), &numbers)?;
        Ok(ConditioningOutput { conditioning: ConditioningField { conditioning_name, mask: self.mask } })
    }
}
