//! A prompt for the SDXL refiner.

use invoke_graph::{InputKind, Node, NodeError, node};

use crate::Context;
use crate::fields::{CLIPField, ConditioningField};
use crate::outputs::ConditioningOutput;
use crate::prompt::sdxl::{self, Wanted};

node! {
    /// Parse prompt using compel package to conditioning.
    #[node(
        kind = "sdxl_refiner_compel_prompt", class = "SDXLRefinerCompelPromptInvocation",
        title = "Prompt - SDXL Refiner", tags = ["sdxl", "compel", "prompt"], category = "prompt", version = "1.1.2"
    )]
    pub struct SdxlRefinerCompel -> ConditioningOutput {
        /// Prompt to be parsed by Compel to create a conditioning tensor
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
        /// The aesthetic score to apply to the conditioning tensor
        #[field(default = 6.0)]
        pub aesthetic_score: f64,
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(input = InputKind::Connection)]
        pub clip2: CLIPField,
    }
}

impl Node<Context> for SdxlRefinerCompel {
    fn run(self, context: &mut Context) -> Result<ConditioningOutput, NodeError> {
        let encoded = sdxl::encode(context, &self.clip2, None, &self.style, false, Wanted::Both)?;
        let size = [self.original_height, self.original_width, self.crop_top, self.crop_left];
        let [height, width, top, left] = size.map(|number| number as f64);
        let numbers = [height, width, top, left, self.aesthetic_score];
        let conditioning_name = sdxl::save(context, &encoded.embeds, encoded.pooled.as_ref(), &numbers)?;
        Ok(ConditioningOutput { conditioning: ConditioningField { conditioning_name, mask: None } })
    }
}
