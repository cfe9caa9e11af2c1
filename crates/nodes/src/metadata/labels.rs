//! The labels nodes offer to look for, and finding what lies at one.

use invoke_graph::{NodeError, Rule, Test, choices};
use serde::Serialize;
use serde_json::Value;

use crate::Context;
use crate::metadata::given;

/// The choice that stands for a label of one's own.
const CUSTOM: &str = "* CUSTOM LABEL *";

choices! {
    /// Labels of every type.
    pub enum CoreLabel {
        Custom = "* CUSTOM LABEL *",
        PositivePrompt = "positive_prompt",
        PositiveStylePrompt = "positive_style_prompt",
        NegativePrompt = "negative_prompt",
        NegativeStylePrompt = "negative_style_prompt",
        Width = "width",
        Height = "height",
        Seed = "seed",
        CfgScale = "cfg_scale",
        CfgRescaleMultiplier = "cfg_rescale_multiplier",
        Steps = "steps",
        Scheduler = "scheduler",
        ClipSkip = "clip_skip",
        Model = "model",
        Vae = "vae",
        SeamlessX = "seamless_x",
        SeamlessY = "seamless_y",
        Guidance = "guidance",
        CfgScaleStartStep = "cfg_scale_start_step",
        CfgScaleEndStep = "cfg_scale_end_step",
    }
}

choices! {
    /// Labels of texts.
    pub enum StringLabel {
        Custom = "* CUSTOM LABEL *",
        PositivePrompt = "positive_prompt",
        PositiveStylePrompt = "positive_style_prompt",
        NegativePrompt = "negative_prompt",
        NegativeStylePrompt = "negative_style_prompt",
    }
}

choices! {
    /// Labels of whole numbers.
    pub enum IntegerLabel {
        Custom = "* CUSTOM LABEL *",
        Width = "width",
        Height = "height",
        Seed = "seed",
        Steps = "steps",
        ClipSkip = "clip_skip",
        CfgScaleStartStep = "cfg_scale_start_step",
        CfgScaleEndStep = "cfg_scale_end_step",
    }
}

choices! {
    /// Labels of numbers.
    pub enum FloatLabel {
        Custom = "* CUSTOM LABEL *",
        CfgScale = "cfg_scale",
        CfgRescaleMultiplier = "cfg_rescale_multiplier",
        Guidance = "guidance",
    }
}

choices! {
    /// Labels of yes and no.
    pub enum BooleanLabel {
        Custom = "* CUSTOM LABEL *",
        SeamlessX = "seamless_x",
        SeamlessY = "seamless_y",
    }
}

choices! {
    /// Labels of schedulers.
    pub enum SchedulerLabel {
        Custom = "* CUSTOM LABEL *",
        Scheduler = "scheduler",
    }
}

choices! {
    /// Labels of main models.
    pub enum ModelLabel {
        Custom = "* CUSTOM LABEL *",
        Model = "model",
    }
}

choices! {
    /// Labels of VAEs.
    pub enum VaeLabel {
        Custom = "* CUSTOM LABEL *",
        Vae = "vae",
    }
}

/// Who chooses a label of their own must say which.
pub(crate) fn needs_label() -> Rule {
    let broken = [("label", Test::Is(CUSTOM.into())), ("custom_label", Test::Blank)];
    Rule::whole(broken, "You must enter a Custom Label")
}

/// The label that is meant: the chosen one, or one's own.
pub(crate) fn label(chosen: impl Serialize, custom: Option<String>) -> Result<String, NodeError> {
    match serde_json::to_value(chosen) {
        Ok(Value::String(chosen)) if chosen != CUSTOM => Ok(chosen),
        _ => custom
            .filter(|custom| !custom.trim().is_empty())
            .ok_or_else(|| NodeError::value("You must enter a Custom Label")),
    }
}

/// What the metadata given to the node has at a label.
pub(crate) fn find(
    context: &Context,
    chosen: impl Serialize,
    custom: Option<String>,
) -> Result<Option<Value>, NodeError> {
    let label = label(chosen, custom)?;
    Ok(given(context).remove(&label))
}
