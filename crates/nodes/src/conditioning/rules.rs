//! What the nodes that steer by images share.

use invoke_domain::ModelRecord;
use invoke_graph::{NodeError, OneOrMany, Rule, Test};

use super::ip_adapter::{ClipVision, IpAdapterWay};
use crate::Context;
use crate::fields::{ModelIdentifierField, ModelType};
use crate::metadata::identifier_of;

const WEIGHTS: &str = "Control weights must be within -1 to 2 range";
const STEPS: &str = "Begin step percent must be less than or equal to end step percent";

/// How strongly (the input `weight`) and how long a control may work, told when it is enqueued.
pub(crate) fn influence_rules(weight: &str) -> [Rule; 3] {
    [
        Rule::at(weight, [(weight, Test::Below(-1.0))], WEIGHTS),
        Rule::at(weight, [(weight, Test::Above(2.0))], WEIGHTS),
        Rule::whole([("begin_step_percent", Test::MoreThan("end_step_percent".into()))], STEPS),
    ]
}

/// How strongly and how long a control may work, for controls that are no node's input.
pub(crate) fn check_influence(weight: &OneOrMany<f64>, begin: f64, end: f64) -> Result<(), NodeError> {
    let weights = match weight {
        OneOrMany::One(weight) => std::slice::from_ref(weight),
        OneOrMany::Many(weights) => weights,
    };
    if weights.iter().any(|weight| !(-1.0..=2.0).contains(weight)) {
        return Err(NodeError::value(WEIGHTS));
    }
    if begin > end {
        return Err(NodeError::value(STEPS));
    }
    Ok(())
}

/// The layers of the network in which an IP-Adapter works, for what it is to take from its images.
pub(crate) fn target_blocks(way: IpAdapterWay, base: &str) -> Result<Vec<String>, NodeError> {
    let blocks: &[&str] = match (way, base) {
        (IpAdapterWay::Full, _) => &["block"],
        (IpAdapterWay::Style, "sd-1") => &["up_blocks.1"],
        (IpAdapterWay::Style, "sdxl") => &["up_blocks.0.attentions.1"],
        (IpAdapterWay::Composition, "sd-1") => &["down_blocks.2", "mid_block"],
        (IpAdapterWay::Composition, "sdxl") => &["down_blocks.2.attentions.1"],
        (IpAdapterWay::StylePrecise, "sd-1") => &["up_blocks.1", "down_blocks.2", "mid_block"],
        (IpAdapterWay::StylePrecise, "sdxl") => &["up_blocks.0.attentions.1", "down_blocks.2.attentions.1"],
        (IpAdapterWay::StyleStrong, "sd-1") => {
            &["up_blocks.0", "up_blocks.1", "up_blocks.2", "down_blocks.0", "down_blocks.1"]
        }
        (IpAdapterWay::StyleStrong, "sdxl") => &[
            "up_blocks.0.attentions.1",
            "up_blocks.1.attentions.1",
            "up_blocks.2.attentions.1",
            "up_blocks.0.attentions.2",
            "up_blocks.1.attentions.2",
            "up_blocks.2.attentions.2",
            "up_blocks.0.attentions.0",
            "up_blocks.1.attentions.0",
            "up_blocks.2.attentions.0",
            "down_blocks.0.attentions.0",
            "down_blocks.0.attentions.1",
            "down_blocks.0.attentions.2",
            "down_blocks.1.attentions.0",
            "down_blocks.1.attentions.1",
            "down_blocks.1.attentions.2",
            "down_blocks.2.attentions.0",
            "down_blocks.2.attentions.2",
        ],
        (_, base) => return Err(NodeError::value(format!("Unsupported IP-Adapter base type: '{base}'."))),
    };
    Ok(blocks.iter().map(|block| (*block).to_owned()).collect())
}

/// The installed image encoder an IP-Adapter works with: the one its record names, else the one that was chosen.
///
/// differs: the reference downloads an encoder that is not installed in the middle of the run; here the run fails and says
/// what to install.
pub(crate) fn image_encoder(
    context: &Context,
    adapter: &ModelRecord,
    chosen: ClipVision,
) -> Result<ModelIdentifierField, NodeError> {
    if adapter.kind() != ModelType::IpAdapter.as_str() {
        let message = format!("`{}` is no IP-Adapter: {}", adapter.name(), adapter.kind());
        return Err(NodeError::new("AssertionError", message));
    }
    let name = match adapter.config["image_encoder_model_id"].as_str() {
        Some(id) => id.rsplit('/').next().unwrap_or(id).trim(),
        None => match chosen {
            ClipVision::VitL => "clip-vit-large-patch14",
            ClipVision::VitH => "IP Adapter SD1.5 Image Encoder",
            ClipVision::VitG => "IP Adapter SDXL Image Encoder",
        },
    };
    let found = context.host().find_models(name, ModelType::ClipVision.as_str())?;
    match found.into_iter().find(|record| record.base() == "any") {
        Some(record) => identifier_of(&record),
        None => Err(NodeError::new(
            "UnknownModelException",
            format!("The image encoder of IP-Adapter `{}` is not installed: {name}", adapter.name()),
        )),
    }
}
