//! One folder or file per architecture. Each loads itself from a model's folder and has one `forward` or two.
//! [`checkpoint`] makes a folder of a model that is one file.

pub mod checkpoint;
pub mod clip;
pub mod clip_vision;
pub mod controlnet;
pub mod ip_adapter;
pub mod t2i_adapter;
pub mod textual_inversion;
pub mod unet;
pub mod upscaler;
pub mod vae;
