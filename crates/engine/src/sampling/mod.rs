//! The order in which models and schedulers are called, one file per family, and the way from tensors to pictures.

pub mod image;
pub mod latents;
pub mod preview;
pub mod sd;
pub mod upscale;

pub use image::RgbImage;
