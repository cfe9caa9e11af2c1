//! The nodes: one file each, with its inputs, what it gives and how it runs.
//!
//! This is the only place where the graph, the context of a run and the engine meet. A node sees a [`Context`]: the host,
//! which speaks for the run's owner, the tensors of the run, and the models in memory. It has no database and no network.
//!
//! To add a node, write its file, name it in its folder's list of modules and in `nodes!` below, and write the catalogue
//! anew (see `tests/catalogue.rs`). `math/add.rs` is the shortest example, `latents/denoise.rs` the longest.

mod context;
mod failure;
pub mod fields;
pub mod outputs;
mod results;
mod services;
mod tensors;
#[cfg(test)]
mod testing;

/// Parts of a picture made anew and put back.
pub mod canvas {
    pub mod mask_and_crop;
    pub mod output;
    pub mod panel_layout;
    pub mod paste_back;
}

/// Ranges of numbers.
pub mod collections {
    pub mod range;
    pub mod range_of_size;
    mod rules;

    pub(crate) use rules::range;
}

/// Pictures that steer others.
pub mod control {
    pub mod canny;
    pub mod colour_map;
    pub mod shuffle;
}

/// Pictures.
pub mod image {
    pub mod blank;
    pub mod blend;
    pub mod blur;
    pub mod channel;
    pub mod channel_multiply;
    pub mod channel_offset;
    pub mod colour_channel;
    pub mod colour_correct;
    pub mod composite;
    pub mod convert;
    pub mod crop;
    pub mod crop_to_bounding_box;
    pub mod dilate_erode;
    pub mod enhance;
    pub mod equivalent_lightness;
    pub mod flux_kontext_prep;
    pub mod hue;
    pub mod hue_oklch;
    pub mod hue_plus;
    pub mod inverse_lerp;
    pub mod lerp;
    pub mod multiply;
    pub mod noise;
    pub mod pad_crop;
    pub mod paste;
    pub mod paste_into_bounding_box;
    pub mod read_watermark;
    pub mod resize;
    mod rules;
    pub mod save;
    pub mod scale;
    pub mod show;
    pub mod thresholds;
    pub mod unsharp_mask;
    pub mod unsharp_mask_oklab;
    pub mod watermark;

    pub(crate) use rules::{change_lightness, dimension, failed, fitted, pixels, sample, side};
}

/// Areas filled.
pub mod inpaint {
    pub mod colour;
    pub mod cv2;
    pub mod telea;
    pub mod tile;
}

/// Latents: where a picture starts, is made, and becomes pixels.
pub mod latents {
    pub mod decode;
    pub mod denoise;
    pub mod noise;
}

/// Masks, as pictures and as tensors.
pub mod mask {
    pub mod alpha_to_tensor;
    pub mod apply;
    pub mod apply_tensor;
    pub mod bounding_box;
    pub mod combine;
    pub mod denoise;
    pub mod edge;
    pub mod expand_with_fade;
    pub mod from_alpha;
    pub mod from_id;
    pub mod gradient;
    pub mod image_to_tensor;
    pub mod invert_tensor;
    pub mod rectangle;
    mod rules;
    pub mod tensor_to_image;

    pub(crate) use rules::{binary, keep, unit_tensor};
}

/// Arithmetic.
pub mod math {
    pub mod add;
    pub mod divide;
    pub mod float_math;
    pub mod float_to_integer;
    pub mod integer_math;
    pub mod multiply;
    pub mod random_float;
    pub mod random_integer;
    pub mod round_float;
    mod rules;
    pub mod subtract;

    pub(crate) use rules::{divided, integer, round};
}

/// What is kept with a picture about how it was made.
pub mod metadata {
    pub mod core;
    pub mod dictionary;
    pub mod item;
    pub mod merge;

    /// The version of the reference whose metadata we write.
    pub(crate) const APP_VERSION: &str = "6.14.2";
}

/// Models and what changes them.
pub mod models {
    pub mod clip_skip;
    pub mod main_model_loader;
    pub mod vae_loader;
}

/// Single values and lists of them.
pub mod primitives {
    pub mod boolean;
    pub mod boolean_collection;
    pub mod color;
    pub mod float;
    pub mod float_collection;
    pub mod image;
    pub mod integer;
    pub mod integer_collection;
    pub mod string;
    pub mod string_collection;
}

/// Prompts.
pub mod prompt {
    pub mod compel;
}

/// Texts.
pub mod strings {
    pub mod join;
    pub mod join_three;
    pub mod split;
    pub mod split_negative;
}

/// Pictures cut up and put together.
pub mod tiles {
    pub mod calculate;
    pub mod even_split;
    pub mod merge;
    pub mod min_overlap;
    pub mod pair;
    pub mod properties;
    mod rules;

    pub use rules::CalculateImageTilesOutput;
    pub(crate) use rules::{failed, found};
}

pub use context::Context;
pub use results::{ResultCache, ResultStatus};
pub use services::Services;
pub use tensors::{Conditioning, TensorStore};

use invoke_graph::{GraphError, Registry};

macro_rules! nodes {
    ($($folder:ident::$file:ident => $node:ident),* $(,)?) => {
        /// Every node there is, with the three that steer the walk.
        pub fn registry() -> Result<Registry<Context>, GraphError> {
            let mut registry = Registry::new()?;
            $(registry.add::<$folder::$file::$node>()?;)*
            Ok(registry)
        }
    };
}

nodes! {
    canvas::mask_and_crop => CanvasMaskAndCrop,
    canvas::output => CanvasOutput,
    canvas::panel_layout => PanelLayout,
    canvas::paste_back => CanvasPasteBack,
    collections::range => Range,
    collections::range_of_size => RangeOfSize,
    control::canny => DetectEdges,
    control::colour_map => ColorMap,
    control::shuffle => ShuffleContent,
    image::blank => BlankImage,
    image::blend => BlendImages,
    image::blur => BlurImage,
    image::channel => ImageChannel,
    image::channel_multiply => MultiplyChannel,
    image::channel_offset => OffsetChannel,
    image::colour_correct => CorrectColors,
    image::composite => CompositeImages,
    image::convert => ConvertImage,
    image::crop => CropImage,
    image::crop_to_bounding_box => CropToBoundingBox,
    image::dilate_erode => DilateOrErode,
    image::enhance => EnhanceImage,
    image::equivalent_lightness => EquivalentLightness,
    image::flux_kontext_prep => PrepareFluxKontext,
    image::hue => AdjustHue,
    image::hue_oklch => AdjustHueOklch,
    image::hue_plus => AdjustHuePlus,
    image::inverse_lerp => InverseLerpImage,
    image::lerp => LerpImage,
    image::multiply => MultiplyImages,
    image::noise => AddNoise,
    image::pad_crop => PadOrCropImage,
    image::paste => PasteImage,
    image::paste_into_bounding_box => PasteIntoBoundingBox,
    image::read_watermark => ReadWatermark,
    image::resize => ResizeImage,
    image::save => SaveImage,
    image::scale => ScaleImage,
    image::show => ShowImage,
    image::thresholds => ValueThresholds,
    image::unsharp_mask => UnsharpMask,
    image::unsharp_mask_oklab => OklabUnsharpMask,
    image::watermark => HideWatermark,
    inpaint::colour => InfillColour,
    inpaint::cv2 => InfillCv2,
    inpaint::telea => InpaintTelea,
    inpaint::tile => InfillTile,
    latents::decode => LatentsToImage,
    latents::denoise => DenoiseLatents,
    latents::noise => Noise,
    mask::alpha_to_tensor => AlphaToTensor,
    mask::apply => ApplyMask,
    mask::apply_tensor => ApplyTensorMask,
    mask::bounding_box => MaskBoundingBox,
    mask::combine => CombineMasks,
    mask::denoise => CreateDenoiseMask,
    mask::edge => MaskEdge,
    mask::expand_with_fade => ExpandMaskWithFade,
    mask::from_alpha => MaskFromAlpha,
    mask::from_id => MaskFromId,
    mask::gradient => CreateGradientMask,
    mask::image_to_tensor => ImageToTensor,
    mask::invert_tensor => InvertTensorMask,
    mask::rectangle => RectangleMask,
    mask::tensor_to_image => TensorToImage,
    math::add => Add,
    math::divide => Divide,
    math::float_math => FloatMath,
    math::float_to_integer => FloatToInteger,
    math::integer_math => IntegerMath,
    math::multiply => Multiply,
    math::random_float => RandomFloat,
    math::random_integer => RandomInteger,
    math::round_float => RoundFloat,
    math::subtract => Subtract,
    metadata::core => CoreMetadata,
    metadata::dictionary => Metadata,
    metadata::item => MetadataItem,
    metadata::merge => MergeMetadata,
    models::clip_skip => ClipSkip,
    models::main_model_loader => MainModelLoader,
    models::vae_loader => VaeLoader,
    primitives::boolean => Boolean,
    primitives::boolean_collection => BooleanCollection,
    primitives::color => Color,
    primitives::float => Float,
    primitives::float_collection => FloatCollection,
    primitives::image => Image,
    primitives::integer => Integer,
    primitives::integer_collection => IntegerCollection,
    primitives::string => StringNode,
    primitives::string_collection => StringCollection,
    prompt::compel => Compel,
    strings::join => StringJoin,
    strings::join_three => StringJoinThree,
    strings::split => StringSplit,
    strings::split_negative => StringSplitNegative,
    tiles::calculate => CalculateTiles,
    tiles::even_split => EvenSplit,
    tiles::merge => MergeTiles,
    tiles::min_overlap => MinimumOverlap,
    tiles::pair => PairTileImage,
    tiles::properties => TileProperties,
}
