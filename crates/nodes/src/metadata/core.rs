//! What the page tells about a generation. Everything it sends is kept, also what has no field here.

use invoke_graph::{
    Classification, MetadataField, NULL, Node, NodeDefinition, NodeError, NodeSpec, RunContext, Vocabulary, choices,
    node,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::fields::{
    ControlNetMetadataField, IPAdapterMetadataField, LoRAMetadataField, ModelIdentifierField, T2IAdapterMetadataField,
};
use crate::metadata::{APP_VERSION, set_only};
use crate::outputs::MetadataOutput;

choices! {
    /// How a picture came about.
    pub enum GenerationMode {
        Txt2img = "txt2img",
        Img2img = "img2img",
        Inpaint = "inpaint",
        Outpaint = "outpaint",
        SdxlTxt2img = "sdxl_txt2img",
        SdxlImg2img = "sdxl_img2img",
        SdxlInpaint = "sdxl_inpaint",
        SdxlOutpaint = "sdxl_outpaint",
        FluxTxt2img = "flux_txt2img",
        FluxImg2img = "flux_img2img",
        FluxInpaint = "flux_inpaint",
        FluxOutpaint = "flux_outpaint",
        Flux2Txt2img = "flux2_txt2img",
        Flux2Img2img = "flux2_img2img",
        Flux2Inpaint = "flux2_inpaint",
        Flux2Outpaint = "flux2_outpaint",
        Sd3Txt2img = "sd3_txt2img",
        Sd3Img2img = "sd3_img2img",
        Sd3Inpaint = "sd3_inpaint",
        Sd3Outpaint = "sd3_outpaint",
        Cogview4Txt2img = "cogview4_txt2img",
        Cogview4Img2img = "cogview4_img2img",
        Cogview4Inpaint = "cogview4_inpaint",
        Cogview4Outpaint = "cogview4_outpaint",
        ZImageTxt2img = "z_image_txt2img",
        ZImageImg2img = "z_image_img2img",
        ZImageInpaint = "z_image_inpaint",
        ZImageOutpaint = "z_image_outpaint",
        ErnieImageTxt2img = "ernie_image_txt2img",
        Ideogram4Txt2img = "ideogram4_txt2img",
        QwenImageTxt2img = "qwen_image_txt2img",
        QwenImageImg2img = "qwen_image_img2img",
        QwenImageInpaint = "qwen_image_inpaint",
        QwenImageOutpaint = "qwen_image_outpaint",
        AnimaTxt2img = "anima_txt2img",
        AnimaImg2img = "anima_img2img",
        AnimaInpaint = "anima_inpaint",
        AnimaOutpaint = "anima_outpaint",
        Krea2Txt2img = "krea2_txt2img",
        Krea2Img2img = "krea2_img2img",
        Krea2Inpaint = "krea2_inpaint",
        Krea2Outpaint = "krea2_outpaint",
        WanTxt2img = "wan_txt2img",
        WanImg2img = "wan_img2img",
        WanInpaint = "wan_inpaint",
        WanOutpaint = "wan_outpaint",
        WanI2v = "wan_i2v",
    }
}

node! {
    /// Used internally by Invoke to collect metadata for generations.
    #[node(
        kind = "core_metadata", class = "CoreMetadataInvocation", title = "Core Metadata", tags = ["metadata"],
        category = "metadata", version = "2.2.0", classification = Classification::Internal, extra = true
    )]
    pub struct CoreMetadataFields -> MetadataOutput {
        /// The generation mode that output this image
        #[field(default = NULL)]
        pub generation_mode: Option<GenerationMode>,
        /// The positive prompt parameter
        #[field(default = NULL)]
        pub positive_prompt: Option<String>,
        /// The negative prompt parameter
        #[field(default = NULL)]
        pub negative_prompt: Option<String>,
        /// The width parameter
        #[field(default = NULL)]
        pub width: Option<i64>,
        /// The height parameter
        #[field(default = NULL)]
        pub height: Option<i64>,
        /// The seed used for noise generation
        #[field(default = NULL)]
        pub seed: Option<i64>,
        /// The device used for random number generation
        #[field(default = NULL)]
        pub rand_device: Option<String>,
        /// The classifier-free guidance scale parameter
        #[field(default = NULL)]
        pub cfg_scale: Option<f64>,
        /// Rescale multiplier for CFG guidance, used for models trained with zero-terminal SNR
        #[field(default = NULL)]
        pub cfg_rescale_multiplier: Option<f64>,
        /// The number of steps used for inference
        #[field(default = NULL)]
        pub steps: Option<i64>,
        /// The scheduler used for inference
        #[field(default = NULL)]
        pub scheduler: Option<String>,
        /// Whether seamless tiling was used on the X axis
        #[field(default = NULL)]
        pub seamless_x: Option<bool>,
        /// Whether seamless tiling was used on the Y axis
        #[field(default = NULL)]
        pub seamless_y: Option<bool>,
        /// The number of skipped CLIP layers
        #[field(default = NULL)]
        pub clip_skip: Option<i64>,
        /// The main model used for inference
        #[field(default = NULL)]
        pub model: Option<ModelIdentifierField>,
        /// The ControlNets used for inference
        #[field(default = NULL)]
        pub controlnets: Option<Vec<ControlNetMetadataField>>,
        /// The IP Adapters used for inference
        #[name("ipAdapters")]
        #[field(default = NULL)]
        pub ip_adapters: Option<Vec<IPAdapterMetadataField>>,
        /// The IP Adapters used for inference
        #[name("t2iAdapters")]
        #[field(default = NULL)]
        pub t2i_adapters: Option<Vec<T2IAdapterMetadataField>>,
        /// The LoRAs used for inference
        #[field(default = NULL)]
        pub loras: Option<Vec<LoRAMetadataField>>,
        /// The strength used for latents-to-latents
        #[field(default = NULL)]
        pub strength: Option<f64>,
        /// The name of the initial image
        #[field(default = NULL)]
        pub init_image: Option<String>,
        /// The VAE used for decoding, if the main model's default was not used
        #[field(default = NULL)]
        pub vae: Option<ModelIdentifierField>,
        /// The Qwen3 text encoder model used for Z-Image inference
        #[field(default = NULL)]
        pub qwen3_encoder: Option<ModelIdentifierField>,
        /// The Mistral text encoder model used for FLUX.2 [dev] inference
        #[field(default = NULL)]
        pub mistral_encoder: Option<ModelIdentifierField>,
        /// The structured JSON caption encoded for Ideogram 4 inference
        #[field(default = NULL)]
        pub ideogram4_caption: Option<String>,
        /// Whether or not high resolution fix was enabled.
        #[field(default = NULL)]
        pub hrf_enabled: Option<bool>,
        /// The high resolution fix upscale method.
        #[field(default = NULL)]
        pub hrf_method: Option<String>,
        /// The high resolution fix img2img strength used in the upscale pass.
        #[field(default = NULL)]
        pub hrf_strength: Option<f64>,
        /// The positive style prompt parameter
        #[field(default = NULL)]
        pub positive_style_prompt: Option<String>,
        /// The negative style prompt parameter
        #[field(default = NULL)]
        pub negative_style_prompt: Option<String>,
        /// The SDXL Refiner model used
        #[field(default = NULL)]
        pub refiner_model: Option<ModelIdentifierField>,
        /// The classifier-free guidance scale parameter used for the refiner
        #[field(default = NULL)]
        pub refiner_cfg_scale: Option<f64>,
        /// The number of steps used for the refiner
        #[field(default = NULL)]
        pub refiner_steps: Option<i64>,
        /// The scheduler used for the refiner
        #[field(default = NULL)]
        pub refiner_scheduler: Option<String>,
        /// The aesthetic score used for the refiner
        #[field(default = NULL)]
        pub refiner_positive_aesthetic_score: Option<f64>,
        /// The aesthetic score used for the refiner
        #[field(default = NULL)]
        pub refiner_negative_aesthetic_score: Option<f64>,
        /// The start value used for refiner denoising
        #[field(default = NULL)]
        pub refiner_start: Option<f64>,
    }
}

/// The node: its inputs as they came, whether they have a field or not.
#[derive(Debug, Clone, Deserialize)]
#[serde(transparent)]
pub struct CoreMetadata(Map<String, Value>);

impl NodeDefinition for CoreMetadata {
    type Output = MetadataOutput;

    fn spec(vocabulary: &mut Vocabulary) -> NodeSpec {
        CoreMetadataFields::spec(vocabulary)
    }
}

impl<C: RunContext> Node<C> for CoreMetadata {
    fn run(mut self, _: &mut C) -> Result<MetadataOutput, NodeError> {
        for own in ["id", "type", "is_intermediate", "use_cache"] {
            self.0.remove(own);
        }
        let mut metadata = Map::new();
        // Fields first, in their order, without what is not set; then what has no field, as it came.
        for field in CoreMetadataFields::spec(&mut Vocabulary::default()).inputs {
            if let Some(value) = self.0.shift_remove(&field.name).and_then(set_only) {
                metadata.insert(field.name, value);
            }
        }
        metadata.extend(self.0.into_iter().filter(|(_, value)| !value.is_null()));
        metadata.insert("app_version".to_owned(), APP_VERSION.into());
        Ok(MetadataOutput { metadata: MetadataField(metadata) })
    }
}
