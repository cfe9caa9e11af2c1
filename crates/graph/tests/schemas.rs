//! Schemas compared with the OpenAPI document of InvokeAI 6.14.2 (`fixtures/schemas.json`, without descriptions).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use invoke_graph::testing::{ImageField, ImageOutput, IntegerOutput, registry};
use invoke_graph::{
    FieldValue, InputKind, ManyOrOne, NULL, NodeDefinition, OneOrMany, Vocabulary, choices, node, object,
};
use serde_json::{Value, json};

fn reference(name: &str) -> Value {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/schemas.json")).unwrap();
    fixture["schemas"].get(name).unwrap_or_else(|| panic!("the fixture has no {name}")).clone()
}

/// Without descriptions, lists that mean sets sorted, numbers all floating (`0` and `0.0` are one number in JSON).
fn comparable(value: &Value, key: &str) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(key, value)| !(key.as_str() == "description" && value.is_string()))
            .map(|(key, value)| (key.clone(), comparable(value, key)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| comparable(item, "")).collect();
            if key == "required" {
                items.sort_by_key(Value::to_string);
            }
            items.into()
        }
        Value::Number(number) => number.as_f64().unwrap().into(),
        other => other.clone(),
    }
}

#[track_caller]
fn same(name: &str, ours: &Value) {
    let (ours, theirs) = (comparable(ours, ""), comparable(&reference(name), ""));
    if let (Some(ours), Some(theirs)) = (ours["properties"].as_object(), theirs["properties"].as_object()) {
        let (ours, theirs): (Vec<_>, Vec<_>) = (ours.keys().collect(), theirs.keys().collect());
        assert_eq!(ours, theirs, "order of the fields of {name}");
    }
    assert_eq!(ours, theirs, "schema of {name}");
}

#[track_caller]
fn node_is<N: NodeDefinition>(name: &str) {
    same(name, &N::spec(&mut Vocabulary::default()).json_schema());
}

#[track_caller]
fn type_is<T: FieldValue>(name: &str) {
    let mut vocabulary = Vocabulary::default();
    T::describe(&mut vocabulary);
    same(name, &vocabulary.types[name].json_schema(name));
}

#[test]
fn nodes_outputs_and_types_of_the_catalogue_are_those_of_the_reference() {
    let schemas = registry().catalogue().json_schemas();
    for name in [
        "IntegerInvocation",
        "AddInvocation",
        "RangeInvocation",
        "FloatInvocation",
        "BooleanInvocation",
        "StringInvocation",
        "IntegerCollectionInvocation",
        "BooleanCollectionInvocation",
        "IterateInvocation",
        "CollectInvocation",
        "IfInvocation",
        "IntegerOutput",
        "IntegerCollectionOutput",
        "BooleanCollectionOutput",
        "StringOutput",
        "FloatOutput",
        "BooleanOutput",
        "ImageOutput",
        "IterateInvocationOutput",
        "CollectInvocationOutput",
        "IfInvocationOutput",
        "ImageField",
        "BoardField",
        "MetadataField",
    ] {
        same(name, schemas.get(name).unwrap_or_else(|| panic!("we have no {name}")));
    }
}

choices! {
    /// Filters
    pub enum Resample {
        Nearest = "nearest", Box = "box", Bilinear = "bilinear", Hamming = "hamming", Bicubic = "bicubic", Lanczos = "lanczos",
    }
}

node! {
    /// Resizes an image to specific dimensions
    #[node(
        kind = "img_resize", class = "ImageResizeInvocation", title = "Resize Image", tags = ["image", "resize"],
        category = "image", version = "1.2.2", board = true, metadata = true
    )]
    pub struct Resize -> ImageOutput {
        /// The image to resize
        pub image: ImageField,
        /// The width to resize to (px)
        #[field(default = 512, gt = 0)]
        pub width: i64,
        /// The height to resize to (px)
        #[field(default = 512, gt = 0)]
        pub height: i64,
        /// The resampling mode
        #[field(default = "bicubic")]
        pub resample_mode: Resample,
    }
}

choices! {
    /// Parts of a model
    pub enum Part as "SubModelType" {
        Unet = "unet", Transformer = "transformer", Transformer2 = "transformer_2", TextEncoder = "text_encoder",
        TextEncoder2 = "text_encoder_2", TextEncoder3 = "text_encoder_3", Tokenizer = "tokenizer",
        Tokenizer2 = "tokenizer_2", Tokenizer3 = "tokenizer_3", Pe = "pe", PeTokenizer = "pe_tokenizer", Vae = "vae",
        VaeDecoder = "vae_decoder", VaeEncoder = "vae_encoder", Scheduler = "scheduler", SafetyChecker = "safety_checker",
    }
}

choices! {
    /// Bases
    pub enum Base as "BaseModelType" { Sd1 = "sd-1", Sdxl = "sdxl" }
}

choices! {
    /// Types
    pub enum Kind as "ModelType" { Main = "main", Vae = "vae" }
}

object! {
    /// A model
    pub struct ModelIdentifierField {
        /// The model's unique key
        pub key: String,
        /// The model's BLAKE3 hash
        pub hash: String,
        /// The model's name
        pub name: String,
        /// The model's base model type
        pub base: Base,
        /// The model's type
        #[name("type")]
        pub kind: Kind,
        /// The submodel to load, if this is a main model
        #[field(default = NULL)]
        pub submodel_type: Option<Part>,
    }
}

object! {
    /// A LoRA
    pub struct LoRAField {
        /// Info to load lora model
        pub lora: ModelIdentifierField,
        /// Weight to apply to lora model
        pub weight: f64,
    }
}

object! {
    /// A VAE
    pub struct VAEField {
        /// Info to load vae submodel
        pub vae: ModelIdentifierField,
        /// Axes to which apply seamless
        #[field(silent_default = json!([]))]
        pub seamless_axes: Vec<String>,
    }
}

node! {
    /// Loads a main model, outputting its submodels.
    #[node(
        kind = "main_model_loader", class = "MainModelLoaderInvocation", title = "Main Model - SD1.5, SD2",
        tags = ["model"], category = "model", version = "1.0.4"
    )]
    pub struct MainModelLoader -> ModelLoaderOutput {
        /// Main model (UNet, VAE, CLIP) to load
        #[field(ui_model_base = ["sd-1", "sd-2"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

invoke_graph::output! {
    /// A model
    #[output(kind = "model_loader_output")]
    pub struct ModelLoaderOutput {
        /// VAE
        pub vae: VAEField,
    }
}

invoke_graph::output! {
    /// A model
    #[output(kind = "cogview4_model_loader_output", class = "CogView4ModelLoaderOutput")]
    pub struct CogView4Output {
        /// VAE
        pub vae: VAEField,
    }
}

node! {
    /// Loads a CogView4 base model, outputting its submodels.
    #[node(
        kind = "cogview4_model_loader", class = "CogView4ModelLoaderInvocation", title = "Main Model - CogView4",
        tags = ["model", "cogview4"], category = "model", version = "1.0.0",
        classification = invoke_graph::Classification::Prototype
    )]
    pub struct CogView4ModelLoader -> CogView4Output {
        /// CogView4 model (Transformer) to load
        #[field(input = InputKind::Direct, ui_model_base = ["cogview4"], ui_model_type = ["main"])]
        pub model: ModelIdentifierField,
    }
}

choices! {
    /// Modes
    pub enum ControlMode {
        Balanced = "balanced", Prompt = "more_prompt", Control = "more_control", Unbalanced = "unbalanced",
    }
}

choices! {
    /// Modes
    pub enum ResizeMode {
        Just = "just_resize", Crop = "crop_resize", Fill = "fill_resize", Simple = "just_resize_simple",
    }
}

invoke_graph::output! {
    /// A control
    #[output(kind = "control_output")]
    pub struct ControlOutput {
        /// ControlNet
        pub control: Value,
    }
}

node! {
    /// Collects ControlNet info to pass to other nodes
    #[node(
        kind = "controlnet", class = "ControlNetInvocation", title = "ControlNet - SD1.5, SD2, SDXL", tags = ["controlnet"],
        category = "conditioning", version = "1.1.3"
    )]
    pub struct ControlNet -> ControlOutput {
        /// The control image
        pub image: ImageField,
        /// ControlNet model to load
        #[field(ui_model_base = ["sd-1", "sd-2", "sdxl"], ui_model_type = ["controlnet"])]
        pub control_model: ModelIdentifierField,
        /// The weight given to the ControlNet
        #[field(default = 1.0, ge = -1, le = 2)]
        pub control_weight: OneOrMany<f64>,
        /// When the ControlNet is first applied (% of total steps)
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// When the ControlNet is last applied (% of total steps)
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
        /// The control mode used
        #[field(default = "balanced")]
        pub control_mode: ControlMode,
        /// The resize mode used
        #[field(default = "just_resize")]
        pub resize_mode: ResizeMode,
    }
}

choices! {
    /// The only one
    pub enum Vision { VitL = "ViT-L" }
}

invoke_graph::output! {
    /// Adapter
    #[output(kind = "ip_adapter_output", class = "IPAdapterOutput")]
    pub struct AdapterOutput {
        /// IP-Adapter
        pub ip_adapter: Value,
    }
}

node! {
    /// Collects FLUX IP-Adapter info to pass to other nodes.
    #[node(
        kind = "flux_ip_adapter", class = "FluxIPAdapterInvocation", title = "FLUX IP-Adapter",
        tags = ["ip_adapter", "control"], category = "conditioning", version = "1.0.0"
    )]
    pub struct FluxAdapter -> AdapterOutput {
        /// The IP-Adapter image prompt(s).
        pub image: ImageField,
        /// The IP-Adapter model.
        #[field(title = "IP-Adapter Model", ui_model_base = ["flux"], ui_model_type = ["ip_adapter"])]
        pub ip_adapter_model: ModelIdentifierField,
        /// CLIP Vision model to use.
        #[field(default = "ViT-L")]
        pub clip_vision_model: Vision,
        /// The weight given to the IP-Adapter
        #[field(default = 1)]
        pub weight: OneOrMany<f64>,
        /// When the IP-Adapter is first applied (% of total steps)
        #[field(default = 0, ge = 0, le = 1)]
        pub begin_step_percent: f64,
        /// When the IP-Adapter is last applied (% of total steps)
        #[field(default = 1, ge = 0, le = 1)]
        pub end_step_percent: f64,
    }
}

#[test]
fn every_kind_of_field_has_the_schema_of_the_reference() {
    node_is::<Resize>("ImageResizeInvocation");
    node_is::<MainModelLoader>("MainModelLoaderInvocation");
    node_is::<CogView4ModelLoader>("CogView4ModelLoaderInvocation");
    node_is::<ControlNet>("ControlNetInvocation");
    node_is::<FluxAdapter>("FluxIPAdapterInvocation");
    type_is::<ModelIdentifierField>("ModelIdentifierField");
    type_is::<Part>("SubModelType");
    type_is::<LoRAField>("LoRAField");
    type_is::<VAEField>("VAEField");
}

node! {
    /// Limits where they are hard to place
    #[node(kind = "limits", version = "1.0.0")]
    pub struct Limits -> IntegerOutput {
        /// Up to three images
        #[field(max_length = 3)]
        pub images: ManyOrOne<ImageField>,
        /// One to ten images
        #[field(min_length = 1, max_length = 10)]
        pub list: Vec<ImageField>,
        /// A number or none
        #[field(default = NULL, ge = 0)]
        pub number: Option<f64>,
    }
}

#[test]
fn limits_of_unions_and_lists_are_where_the_reference_has_them() {
    let ours = Limits::spec(&mut Vocabulary::default()).json_schema();
    let images = &reference("LlavaOnevisionVllmInvocation")["properties"]["images"];
    assert_eq!(ours["properties"]["images"]["anyOf"], images["anyOf"]);
    let list = &reference("FluxKontextConcatenateImagesInvocation")["properties"]["images"];
    assert_eq!(comparable(&ours["properties"]["list"]["anyOf"], ""), comparable(&list["anyOf"], ""),);
    assert_eq!(ours["properties"]["number"]["anyOf"], json!([{ "type": "number", "minimum": 0 }, { "type": "null" }]));
    assert_eq!(ours["required"], json!(["type", "id"]));
}
