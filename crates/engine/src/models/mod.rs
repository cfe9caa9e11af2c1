//! One folder or file per architecture. Each loads itself from a model's folder and has one `forward` or two.

pub mod clip;
pub mod unet;
pub mod upscaler;
pub mod vae;
