//! A prompt for Stable Diffusion 1 and 2.

use invoke_engine::conditioning::PromptEncoder;
use invoke_engine::models::clip::ClipTextModel;
use invoke_engine::patches::Part;
use invoke_graph::{NULL, Node, NodeError, node};
use invoke_prompts::parse;

use crate::failure::engine_failed;
use crate::fields::{CLIPField, ConditioningField, TensorField};
use crate::outputs::ConditioningOutput;
use crate::prompt::textual_inversion;
use crate::prompt::tokenizer::tokenizer;
use crate::{Conditioning, Context};

node! {
    /// Parse prompt using compel package to conditioning.
    #[node(
        kind = "compel", class = "CompelInvocation", title = "Prompt - SD1.5", tags = ["prompt", "compel"],
        category = "prompt", version = "1.2.1"
    )]
    pub struct Compel -> ConditioningOutput {
        /// Prompt to be parsed by Compel to create a conditioning tensor
        #[field(default = "", ui_component = "textarea")]
        pub prompt: String,
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(title = "CLIP")]
        pub clip: CLIPField,
        /// A mask defining the region that this conditioning prompt applies to.
        #[field(default = NULL)]
        pub mask: Option<TensorField>,
    }
}

impl Node<Context> for Compel {
    fn run(self, context: &mut Context) -> Result<ConditioningOutput, NodeError> {
        let clip = self.clip;
        let skip = usize::try_from(clip.skipped_layers)
            .map_err(|_| NodeError::value(format!("`skipped_layers` must not be negative: {}", clip.skipped_layers)))?;
        let (device, kind) = context.place(&clip.text_encoder)?;
        let model = context.load_model(&clip.text_encoder, |folder| ClipTextModel::load(folder, device, kind))?;
        let learnt = textual_inversion::named_in(context, &self.prompt, &clip.text_encoder)?;
        let tokenizer = tokenizer(context, &clip.tokenizer)?;
        let model = context.with_loras(model, &clip.text_encoder, "", Part::TextEncoder, &clip.loras)?;
        let (tokenizer, model) = textual_inversion::taught(tokenizer, model, &learnt)?;
        context.progress("Building conditioning");
        let prompt = parse(&self.prompt).map_err(|error| NodeError::from_error("ParseException", &error))?;
        let embeds = PromptEncoder::new(&tokenizer, &model, skip).encode(&prompt).map_err(engine_failed)?;
        let conditioning_name = context.save_conditioning(Conditioning { embeds, added: None });
        Ok(ConditioningOutput { conditioning: ConditioningField { conditioning_name, mask: self.mask } })
    }
}
