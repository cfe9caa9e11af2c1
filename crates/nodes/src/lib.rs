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

/// Ranges of numbers.
pub mod collections {
    pub mod range;
    pub mod range_of_size;
    mod rules;

    pub(crate) use rules::range;
}

/// Pictures.
pub mod image {
    pub mod blank;
    pub mod resize;
    mod rules;

    pub(crate) use rules::{dimension, failed, pixels};
}

/// Latents: where a picture starts, is made, and becomes pixels.
pub mod latents {
    pub mod decode;
    pub mod denoise;
    pub mod noise;
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
    collections::range => Range,
    collections::range_of_size => RangeOfSize,
    image::blank => BlankImage,
    image::resize => ResizeImage,
    latents::decode => LatentsToImage,
    latents::denoise => DenoiseLatents,
    latents::noise => Noise,
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
}
