//! The nodes: one file each, with its inputs, what it gives and how it runs.
//!
//! This is the only place where the graph, the context of a run and the engine meet. A node sees a [`Context`]: the host,
//! which speaks for the run's owner, the tensors of the run, and the models in memory. It has no database and no network.
//!
//! To add a node, write its file, name it in its folder's list of modules below and in `nodes!` of `list.rs`, and write the
//! catalogue anew (see `tests/catalogue.rs`). `math/add.rs` is the shortest example, `latents/denoise.rs` the longest.

mod context;
mod failure;
pub mod fields;
mod list;
pub mod outputs;
mod results;
mod services;
mod tensors;
#[cfg(test)]
mod testing;

/// Anima.
pub mod anima {
    pub mod control;
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod model_loader;
}

/// What makes one workflow into many runs.
pub mod batch {
    pub mod float_batch;
    pub mod float_generator;
    pub mod image_batch;
    pub mod image_generator;
    pub mod integer_batch;
    pub mod integer_generator;
    mod rules;
    pub mod string_batch;
    pub mod string_generator;

    pub(crate) use rules::{BatchGroup, not_executable};
}

/// Parts of a picture made anew and put back.
pub mod canvas {
    pub mod mask_and_crop;
    pub mod output;
    pub mod panel_layout;
    pub mod paste_back;
}

/// CogView4.
pub mod cogview4 {
    pub mod model_loader;
}

/// Ranges of numbers.
pub mod collections {
    mod numpy;
    pub mod random_range;
    pub mod range;
    pub mod range_of_size;
    mod rules;

    pub(crate) use rules::range;
}

/// What steers a picture beside text.
pub mod conditioning {
    mod contribute;
    mod control_image;
    pub mod controlnet;
    pub mod ip_adapter;
    mod rules;
    pub mod t2i_adapter;

    pub(crate) use contribute::{adapters, controls, image_prompts};
    pub(crate) use rules::{check_influence, image_encoder, influence_rules, target_blocks};
}

/// Pictures that steer others.
pub mod control {
    pub mod canny;
    pub mod colour_map;
    pub mod heuristic_resize;
    pub mod shuffle;
}

/// ERNIE-Image.
pub mod ernie_image {
    pub mod model_loader;
}

/// What families of models share whose parts are named.
pub mod families {
    mod rules;

    pub use rules::SequenceLength;
    pub(crate) use rules::{has_parts, installed, is_pipeline, no_source, require_diffusers, require_pipeline};
}

/// FLUX.
pub mod flux {
    pub mod control_lora;
    pub mod controlnet;
    pub mod fill;
    pub mod ip_adapter;
    pub mod kontext;
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod model_loader;
}

/// FLUX.2.
pub mod flux2 {
    pub mod dev_lora_collection_loader;
    pub mod dev_lora_loader;
    pub mod dev_model_loader;
    pub mod klein_lora_collection_loader;
    pub mod klein_lora_loader;
    pub mod klein_model_loader;
    mod rules;

    pub(crate) use rules::{encoder_of, lora_for_dev, lora_for_klein, require_dev, require_encoder};
}

/// Ideogram 4.
pub mod ideogram4 {
    pub mod model_loader;
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
    pub mod save_to_file;
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
    pub mod patchmatch;
    pub mod telea;
    pub mod tile;
}

/// Krea-2.
pub mod krea2 {
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod model_loader;
    mod rules;

    pub(crate) use rules::put_on_both;
}

/// Latents: where a picture starts, is made, and becomes pixels.
pub mod latents {
    pub mod blend;
    pub mod crop;
    pub mod decode;
    pub mod denoise;
    mod denoising;
    pub mod encode;
    pub mod ideal_size;
    pub mod noise;
    pub mod resize;
    mod rules;
    pub mod scale;
    pub mod scheduler;
    pub mod tiled_denoise;
    mod vae;

    pub(crate) use rules::{Interpolation, ideal_sides, mask_grid, output, saved, sides};
    pub(crate) use vae::{Tiling, encoded, masked_latents, picture_tensor, with_vae};
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
    pub mod float_range;
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
    mod control;
    pub mod core;
    pub mod denoise_latents;
    pub mod dictionary;
    pub mod field_extractor;
    pub mod from_image;
    pub mod item;
    pub mod item_linked;
    pub mod labels;
    pub mod merge;
    mod models;
    mod rules;
    pub mod to_bool;
    pub mod to_bool_collection;
    pub mod to_controlnets;
    pub mod to_float;
    pub mod to_float_collection;
    pub mod to_integer;
    pub mod to_integer_collection;
    pub mod to_ip_adapters;
    pub mod to_lora_collection;
    pub mod to_loras;
    pub mod to_model;
    pub mod to_scheduler;
    pub mod to_sdlx_loras;
    pub mod to_sdxl_model;
    pub mod to_string;
    pub mod to_string_collection;
    pub mod to_t2i_adapters;
    pub mod to_vae;

    /// The version of the reference whose metadata we write.
    pub(crate) const APP_VERSION: &str = "6.14.2";
    pub(crate) use rules::{
        fitting, given, identifier_of, of_image, python_float, python_integer, python_text, python_truth, set_only,
    };
}

/// Models and what changes them.
pub mod models {
    pub mod clip_skip;
    pub mod freeu;
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod lora_selector;
    pub mod main_model_loader;
    pub mod model_identifier;
    mod rules;
    pub mod sdxl_lora_collection_loader;
    pub mod sdxl_lora_loader;
    pub mod sdxl_model_loader;
    pub mod sdxl_refiner_model_loader;
    pub mod seamless;
    pub mod vae_loader;

    pub(crate) use rules::{add_once, distinct};
}

/// PiD, which makes pictures of latents.
pub mod pid {
    pub mod decoder_loader;
    pub mod gemma2_loader;
}

/// Single values and lists of them.
pub mod primitives {
    pub mod boolean;
    pub mod boolean_collection;
    pub mod bounding_box;
    pub mod color;
    pub mod conditioning;
    pub mod conditioning_collection;
    pub mod float;
    pub mod float_collection;
    pub mod image;
    pub mod image_collection;
    pub mod integer;
    pub mod integer_collection;
    pub mod latents;
    pub mod latents_collection;
    pub mod string;
    pub mod string_collection;
}

/// Prompts.
pub mod prompt {
    pub mod compel;
    pub mod dynamic_prompt;
    pub mod from_file;
    mod rules;
    mod sdxl;
    pub mod sdxl_compel;
    pub mod sdxl_refiner_compel;
    pub mod template;
    mod textual_inversion;
    mod tokenizer;

    pub(crate) use rules::expanded;
}

/// Qwen Image.
pub mod qwen_image {
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod model_loader;
}

/// Stable Diffusion 3.
pub mod sd3 {
    pub mod model_loader;
}

/// Texts.
pub mod strings {
    pub mod join;
    pub mod join_three;
    mod python_regex;
    pub mod replace;
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

/// Pictures enlarged by networks.
pub mod upscale {
    pub mod autoscale;
    pub mod esrgan;
    pub mod image_to_image;
    mod rules;

    pub(crate) use rules::{enlarged, rgb, upscaler};
}

/// Wan, for videos.
pub mod wan {
    pub mod i2v_ideal_dimensions;
    pub mod lora_collection_loader;
    pub mod lora_loader;
    mod loras;
    pub mod model_loader;
    mod networks;
    mod rules;
    pub mod ti2v_ideal_dimensions;

    pub use loras::WanLoraTarget;
    pub(crate) use loras::{lora_for_wan, put_on};
    pub(crate) use networks::{
        is_small, networks_of_files, networks_of_pipeline, other_latents, require_main, require_vae,
    };
    pub(crate) use rules::{RESOLUTION_LABELS, ideal_sides};
    pub use rules::{WanResolution, WanRounding};
}

/// Z-Image.
pub mod z_image {
    pub mod control;
    pub mod lora_collection_loader;
    pub mod lora_loader;
    pub mod model_loader;
}

pub use context::Context;
pub use failure::OUT_OF_MEMORY;
pub use list::registry;
pub use results::{ResultCache, ResultStatus};
pub use services::Services;
pub use tensors::{AddedText, Conditioning, TensorStore};
