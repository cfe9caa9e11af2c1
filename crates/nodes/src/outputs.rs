//! What nodes give, named and shaped as in the reference's schemas. An output of a single node is in that node's file.

use invoke_graph::MetadataField;
use invoke_graph::output;

use crate::fields::{
    BoundingBoxField, CLIPField, ColorField, ConditioningField, DenoiseMaskField, ImageField, LatentsField,
    MetadataItemField, TensorField, UNetField, VAEField,
};

output! {
    /// A single boolean
    #[output(kind = "boolean_output")]
    pub struct BooleanOutput {
        /// The output boolean
        pub value: bool,
    }
}

output! {
    /// A list of booleans
    #[output(kind = "boolean_collection_output")]
    pub struct BooleanCollectionOutput {
        /// The output boolean collection
        pub collection: Vec<bool>,
    }
}

output! {
    /// A single integer
    #[output(kind = "integer_output")]
    pub struct IntegerOutput {
        /// The output integer
        pub value: i64,
    }
}

output! {
    /// A list of integers
    #[output(kind = "integer_collection_output")]
    pub struct IntegerCollectionOutput {
        /// The int collection
        pub collection: Vec<i64>,
    }
}

output! {
    /// A single float
    #[output(kind = "float_output")]
    pub struct FloatOutput {
        /// The output float
        pub value: f64,
    }
}

output! {
    /// A list of floats
    #[output(kind = "float_collection_output")]
    pub struct FloatCollectionOutput {
        /// The float collection
        pub collection: Vec<f64>,
    }
}

output! {
    /// A single string
    #[output(kind = "string_output")]
    pub struct StringOutput {
        /// The output string
        pub value: String,
    }
}

output! {
    /// A list of strings
    #[output(kind = "string_collection_output")]
    pub struct StringCollectionOutput {
        /// The output strings
        pub collection: Vec<String>,
    }
}

output! {
    /// A single color
    #[output(kind = "color_output")]
    pub struct ColorOutput {
        /// The output color
        pub color: ColorField,
    }
}

output! {
    /// A single image
    #[output(kind = "image_output")]
    pub struct ImageOutput {
        /// The output image
        pub image: ImageField,
        /// The width of the image in pixels
        pub width: i64,
        /// The height of the image in pixels
        pub height: i64,
    }
}

output! {
    /// A single latents tensor
    #[output(kind = "latents_output")]
    pub struct LatentsOutput {
        /// Latents tensor
        pub latents: LatentsField,
        /// Width of output (px)
        pub width: i64,
        /// Height of output (px)
        pub height: i64,
    }
}

output! {
    /// Noise with its size in pixels
    #[output(kind = "noise_output")]
    pub struct NoiseOutput {
        /// Noise tensor
        pub noise: LatentsField,
        /// Width of output (px)
        pub width: i64,
        /// Height of output (px)
        pub height: i64,
    }
}

output! {
    /// A single conditioning tensor
    #[output(kind = "conditioning_output")]
    pub struct ConditioningOutput {
        /// Conditioning tensor
        pub conditioning: ConditioningField,
    }
}

output! {
    /// The parts of a main model
    #[output(kind = "model_loader_output")]
    pub struct ModelLoaderOutput {
        /// VAE
        #[field(title = "VAE")]
        pub vae: VAEField,
        /// CLIP (tokenizer, text encoder, LoRAs) and skipped layer count
        #[field(title = "CLIP")]
        pub clip: CLIPField,
        /// UNet (scheduler, LoRAs)
        #[field(title = "UNet")]
        pub unet: UNetField,
    }
}

output! {
    /// A VAE
    #[output(kind = "vae_output")]
    pub struct VAEOutput {
        /// VAE
        #[field(title = "VAE")]
        pub vae: VAEField,
    }
}

output! {
    /// Metadata to keep with an image
    #[output(kind = "metadata_output")]
    pub struct MetadataOutput {
        /// Metadata Dict
        pub metadata: MetadataField,
    }
}

output! {
    /// One labelled value
    #[output(kind = "metadata_item_output")]
    pub struct MetadataItemOutput {
        /// Metadata Item
        pub item: MetadataItemField,
    }
}

output! {
    /// A rectangle
    #[output(kind = "bounding_box_output")]
    pub struct BoundingBoxOutput {
        /// The rectangle
        pub bounding_box: BoundingBoxField,
    }
}

output! {
    /// A list of conditionings
    #[output(kind = "conditioning_collection_output")]
    pub struct ConditioningCollectionOutput {
        /// The conditionings
        pub collection: Vec<ConditioningField>,
    }
}

output! {
    /// A mask as a tensor
    #[output(kind = "mask_output")]
    pub struct MaskOutput {
        /// The mask, (1, height, width), true where it is set
        pub mask: TensorField,
        /// Width of the mask in pixels
        pub width: i64,
        /// Height of the mask in pixels
        pub height: i64,
    }
}

output! {
    /// A list of images
    #[output(kind = "image_collection_output")]
    pub struct ImageCollectionOutput {
        /// The images
        pub collection: Vec<ImageField>,
    }
}

output! {
    /// A list of latents
    #[output(kind = "latents_collection_output")]
    pub struct LatentsCollectionOutput {
        /// The latents
        pub collection: Vec<LatentsField>,
    }
}

output! {
    /// A mask for denoising
    #[output(kind = "denoise_mask_output")]
    pub struct DenoiseMaskOutput {
        /// Mask for denoising
        pub denoise_mask: DenoiseMaskField,
    }
}
