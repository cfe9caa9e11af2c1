//! An IP-Adapter with its images.

use invoke_graph::{NULL, Node, NodeError, OneOrMany, choices, node, output};

use crate::Context;
use crate::conditioning::{image_encoder, influence_rules, target_blocks};
use crate::fields::{IPAdapterField, ImageField, ModelIdentifierField, TensorField};

choices! {
    /// The image encoders IP-Adapters work with.
    pub enum ClipVision {
        VitH = "ViT-H",
        VitG = "ViT-G",
        VitL = "ViT-L",
    }
}

choices! {
    /// What an IP-Adapter takes from its images.
    pub enum IpAdapterWay {
        Full = "full",
        Style = "style",
        Composition = "composition",
        StyleStrong = "style_strong",
        StylePrecise = "style_precise",
    }
}

impl IpAdapterWay {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Style => "style",
            Self::Composition => "composition",
            Self::StyleStrong => "style_strong",
            Self::StylePrecise => "style_precise",
        }
    }
}

output! {
    /// An IP-Adapter with its images
    #[output(kind = "ip_adapter_output")]
    pub struct IPAdapterOutput {
        /// The IP-Adapter with its images
        #[field(title = "IP-Adapter")]
        pub ip_adapter: IPAdapterField,
    }
}

node! {
    /// Says which IP-Adapter steers the picture, by which images, how strongly and when.
    #[node(
        kind = "ip_adapter", class = "IPAdapterInvocation", title = "IP-Adapter - SD1.5, SDXL",
        tags = ["ip_adapter", "control"], category = "conditioning", version = "1.5.1",
        rules = influence_rules("weight")
    )]
    pub struct IpAdapter -> IPAdapterOutput {
        /// The images to take from
        #[field(ui_order = 1)]
        pub image: OneOrMany<ImageField>,
        /// The IP-Adapter
        #[field(
            title = "IP-Adapter Model", ui_order = -1, ui_model_base = ["sd-1", "sdxl"], ui_model_type = ["ip_adapter"]
        )]
        pub ip_adapter_model: ModelIdentifierField,
        /// The image encoder, where the IP-Adapter does not name its own
        #[field(default = "ViT-H", ui_order = 2)]
        pub clip_vision_model: ClipVision,
        /// How strongly it works, for all steps or step by step
        #[field(default = 1)]
        pub weight: OneOrMany<f64>,
        /// What it takes from the images
        #[field(default = "full")]
        pub method: IpAdapterWay,
        /// Share of the steps after which it begins
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// Share of the steps after which it ends
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// The part of the picture it works on
        #[field(default = NULL)]
        pub mask: Option<TensorField>,
    }
}

impl Node<Context> for IpAdapter {
    fn run(self, context: &mut Context) -> Result<IPAdapterOutput, NodeError> {
        let record = context.host().model(&self.ip_adapter_model.key)?.record;
        let image_encoder_model = image_encoder(context, &record, self.clip_vision_model)?;
        let target_blocks = target_blocks(self.method, record.base())?;
        let ip_adapter = IPAdapterField {
            image: self.image,
            ip_adapter_model: self.ip_adapter_model,
            image_encoder_model,
            weight: self.weight,
            target_blocks,
            method: self.method.as_str().to_owned(),
            begin_step_percent: self.begin_step_percent,
            end_step_percent: self.end_step_percent,
            mask: self.mask,
        };
        Ok(IPAdapterOutput { ip_adapter })
    }
}
