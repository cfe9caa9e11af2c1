//! Prompts put into a style preset.

use invoke_graph::{Node, NodeError, node, output};

use crate::Context;
use crate::fields::StylePresetField;

output! {
    /// A prompt and a negative prompt
    #[output(kind = "prompt_template_output")]
    pub struct PromptTemplateOutput {
        /// What is wanted
        pub positive_prompt: String,
        /// What is not
        pub negative_prompt: String,
    }
}

node! {
    /// Puts prompts into those of a style preset, wherever it says `{prompt}`.
    #[node(
        kind = "prompt_template", class = "PromptTemplateInvocation", title = "Prompt Template",
        tags = ["prompt", "template", "style", "preset"], category = "prompt", version = "1.0.0"
    )]
    pub struct PromptTemplate -> PromptTemplateOutput {
        /// The style preset
        pub style_preset: StylePresetField,
        /// The prompt
        #[field(default = "", ui_component = "textarea")]
        pub positive_prompt: String,
        /// The negative prompt
        #[field(default = "", ui_component = "textarea")]
        pub negative_prompt: String,
    }
}

impl Node<Context> for PromptTemplate {
    fn run(self, context: &mut Context) -> Result<PromptTemplateOutput, NodeError> {
        let preset = context.host().style_preset(&self.style_preset.style_preset_id)?;
        Ok(PromptTemplateOutput {
            positive_prompt: preset.positive.replace("{prompt}", &self.positive_prompt),
            negative_prompt: preset.negative.replace("{prompt}", &self.negative_prompt),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::context_on;
    use invoke_graph::PresetPrompts;
    use invoke_graph::testing::MemoryHost;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn a_prompt_goes_wherever_the_preset_wants_it() {
        let host = Arc::new(MemoryHost::default());
        host.add_preset("p", PresetPrompts { positive: "{prompt}, oil, {prompt}".into(), negative: "photo".into() });
        let run = |id: &str| {
            let inputs = json!({ "style_preset": { "style_preset_id": id }, "positive_prompt": "a {cat}", "negative_prompt": "dog" });
            serde_json::from_value::<PromptTemplate>(inputs).unwrap().run(&mut context_on(host.clone()))
        };
        let given = run("p").unwrap();
        assert_eq!(given.positive_prompt, "a {cat}, oil, a {cat}");
        // Without a place for it, what was written is left out, as in the reference.
        assert_eq!(given.negative_prompt, "photo");
        assert_eq!(run("q").unwrap_err().kind(), "StylePresetNotFoundError");
    }
}
