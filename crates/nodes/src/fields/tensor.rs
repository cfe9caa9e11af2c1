//! Tensors by name; the tensors themselves stay in the worker's [`TensorStore`](crate::TensorStore).

use invoke_graph::{NULL, object};

object! {
    /// A tensor primitive field.
    pub struct TensorField {
        /// The name of a tensor.
        pub tensor_name: String,
    }
}

object! {
    /// A latents tensor primitive field
    pub struct LatentsField {
        /// The name of the latents
        pub latents_name: String,
        /// Seed used to generate this latents
        #[field(default = NULL)]
        pub seed: Option<i64>,
    }
}

object! {
    /// A conditioning tensor primitive value
    pub struct ConditioningField {
        /// The name of conditioning tensor
        pub conditioning_name: String,
        /// The mask associated with this conditioning tensor. Excluded regions should be set to False, included regions should be set to True.
        #[field(default = NULL)]
        pub mask: Option<TensorField>,
    }
}

object! {
    /// An inpaint mask field
    pub struct DenoiseMaskField {
        /// The name of the mask image
        pub mask_name: String,
        /// The name of the masked image latents
        #[field(default = NULL)]
        pub masked_latents_name: Option<String>,
        /// Used for gradient inpainting
        #[field(default = false)]
        pub gradient: bool,
    }
}
