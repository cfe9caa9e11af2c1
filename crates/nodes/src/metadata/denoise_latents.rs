//! Noise to latents of a picture, with the metadata of how.

use invoke_graph::{
    MetadataField, Node, NodeDefinition, NodeError, NodeOutput, NodeSpec, OneOrMany, Vocabulary, output,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Context;
use crate::fields::{LatentsField, LoRAMetadataField};
use crate::latents::denoise::DenoiseLatents;
use crate::metadata::{given, set_only};

output! {
    /// Latents with metadata
    #[output(kind = "latents_meta_output")]
    pub struct LatentsMetaOutput {
        /// Metadata with what made the latents
        pub metadata: MetadataField,
        /// The latents
        pub latents: LatentsField,
        /// Width of their picture in pixels
        pub width: i64,
        /// Height of their picture in pixels
        pub height: i64,
    }
}

/// `denoise_latents` with all its inputs, which it writes down beside doing it.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct DenoiseLatentsMeta(DenoiseLatents);

impl NodeDefinition for DenoiseLatentsMeta {
    type Output = LatentsMetaOutput;

    fn spec(vocabulary: &mut Vocabulary) -> NodeSpec {
        let output = LatentsMetaOutput::spec(vocabulary);
        let mut spec = DenoiseLatents::spec(vocabulary)
            .kind("denoise_latents_meta")
            .class("DenoiseLatentsMetaInvocation")
            .title("Denoise - SD1.5, SDXL + Metadata")
            .category("metadata")
            .version("1.2.0")
            .metadata(true);
        "Takes the noise away and adds to the metadata how that was done".clone_into(&mut spec.description);
        spec.output.clone_from(&output.class);
        vocabulary.outputs.insert(output.class.clone(), output);
        spec
    }
}

impl Node<Context> for DenoiseLatentsMeta {
    fn run(self, context: &mut Context) -> Result<LatentsMetaOutput, NodeError> {
        let node = self.0.clone();
        let made = self.0.run(context)?;
        let mut metadata = given(context);
        metadata.insert("width".to_owned(), made.width.into());
        metadata.insert("height".to_owned(), made.height.into());
        metadata.extend(described(&node)?);
        let metadata = MetadataField(metadata);
        Ok(LatentsMetaOutput { metadata, latents: made.latents, width: made.width, height: made.height })
    }
}

/// What the reference writes down about a run, in its order.
fn described(node: &DenoiseLatents) -> Result<Map<String, Value>, NodeError> {
    let mut said = Map::new();
    let mut say = |label: &str, value: Value| said.insert(label.to_owned(), value);
    say("steps", node.steps.into());
    say("cfg_scale", json(&node.cfg_scale)?);
    say("cfg_rescale_multiplier", node.cfg_rescale_multiplier.into());
    say("denoising_start", node.denoising_start.into());
    say("denoising_end", node.denoising_end.into());
    say("scheduler", json(node.scheduler)?);
    say("model", json(&node.unet.unet)?);
    say("hidiffusion", node.hidiffusion.into());
    say("hidiffusion_raunet", node.hidiffusion_raunet.into());
    say("hidiffusion_window_attn", node.hidiffusion_window_attn.into());
    say("hidiffusion_t1_ratio", node.hidiffusion_t1_ratio.into());
    say("hidiffusion_t2_ratio", node.hidiffusion_t2_ratio.into());
    let controls = [
        ("controlnets", listed(node.control.clone())?),
        ("ipAdapters", listed(node.ip_adapter.clone())?),
        ("t2iAdapters", listed(node.t2i_adapter.clone())?),
    ];
    for (label, list) in controls {
        if !list.is_empty() {
            say(label, list.into());
        }
    }
    if !node.unet.loras.is_empty() {
        let loras = node.unet.loras.iter().cloned();
        let loras: Vec<_> = loras.map(|lora| LoRAMetadataField { model: lora.lora, weight: lora.weight }).collect();
        say("loras", listed(Some(OneOrMany::Many(loras)))?.into());
    }
    if let Some(noise) = &node.noise {
        say("seed", json!(noise.seed));
    }
    Ok(said)
}

/// As a list, without what is not set.
fn listed<T: Serialize>(items: Option<OneOrMany<T>>) -> Result<Vec<Value>, NodeError> {
    let items = items.map(OneOrMany::into_vec).unwrap_or_default();
    items.iter().map(|item| Ok(set_only(json(item)?).unwrap_or_default())).collect()
}

fn json(value: impl Serialize) -> Result<Value, NodeError> {
    serde_json::to_value(value).map_err(|error| NodeError::value(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of `xtask/fixtures/plain_nodes.py`, in which the reference wrote down a denoising of 64 by 72 pixels.
    #[test]
    fn what_is_written_down_is_what_the_reference_writes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/nodes/plain.json");
        let fixture: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let rows = fixture["rows"].as_array().unwrap().iter().filter(|row| row["type"] == "denoise_latents_meta");
        let mut compared = 0;
        for row in rows {
            let mut vocabulary = Vocabulary::default();
            let spec = DenoiseLatentsMeta::spec(&mut vocabulary);
            // As validation leaves a node: with its defaults.
            let mut inputs = Map::new();
            for input in &spec.inputs {
                let given = row["inputs"].get(&input.name).filter(|given| !given.is_null());
                if let Some(value) = given.or(input.default.as_ref()) {
                    let checked = invoke_graph::check_field(input, value, &vocabulary, &[]).unwrap();
                    inputs.insert(input.name.clone(), checked);
                }
            }
            let node: DenoiseLatents = serde_json::from_value(inputs.into()).unwrap();
            let mut said = row["metadata"].as_object().cloned().unwrap_or_default();
            said.extend([("width".to_owned(), json!(64)), ("height".to_owned(), json!(72))]);
            said.extend(described(&node).unwrap());
            assert_eq!(floating(&said.into()), floating(&row["gives"]["output"]["metadata"]));
            compared += 1;
        }
        assert_eq!(compared, 2);
    }

    /// With all numbers floating: `0` and `0.0` are one in JSON.
    fn floating(value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                fields.iter().map(|(key, value)| (key.clone(), floating(value))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(floating).collect(),
            Value::Number(number) => json!(number.as_f64()),
            other => other.clone(),
        }
    }
}
